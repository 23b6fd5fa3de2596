package io.github.kvevents.listener;

/**
 * Whether a listener hears of an entry.
 */
enum Choice {

	YES,

	NO,

	/** The filter failed: it is asked again where failures are dealt with. */
	UNKNOWN,

	/** It was handled or put aside before. */
	DONE

}
