package io.github.kvevents.listener;

/**
 * What becomes of an event whose handler failed as often as it may.
 */
public enum OnExhausted {

	/**
	 * It is tried for ever, and with it wait the events of the same key and, sooner or
	 * later, all others: as many as the batch size are still delivered. Nothing is lost
	 * or reordered.
	 */
	BLOCK,

	/** It is given up, with a warning and a count, and the next one comes. */
	SKIP,

	/** It is put among the dead letters, and the next one comes. */
	DEAD_LETTER

}
