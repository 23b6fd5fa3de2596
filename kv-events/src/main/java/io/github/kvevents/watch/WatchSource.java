package io.github.kvevents.watch;

/**
 * Where watches get their changes from.
 */
interface WatchSource {

	/**
	 * Delivers to a watch the operations that begin after this returned, and no later
	 * than that of those before. Says to the session how to take it back.
	 * @param session takes the events
	 * @param options which ones
	 */
	void open(WatchSession session, WatchOptions options);

}
