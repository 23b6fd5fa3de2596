package io.github.kvevents.listener;

/**
 * Whether a listener receives an entry.
 */
enum Choice {

	YES,

	NO,

	/**
	 * The filter failed: the handler thread asks it again where failures are dealt with.
	 */
	UNKNOWN,

	/** It was handled or became a dead letter before. */
	DONE

}
