package io.github.kvevents.watch;

/**
 * What happens when a change comes and the buffer of a watch is full.
 */
public enum WatchOverflow {

	/**
	 * The watch ends: the reader gets what is in the buffer, then a
	 * {@link WatchOverflowException}.
	 */
	FAIL,

	/**
	 * The oldest change in the buffer makes room, and is counted as dropped.
	 */
	DROP_OLDEST,

	/**
	 * The new change is left out, and counted as dropped.
	 */
	DROP_NEWEST

}
