package io.github.kvevents.watch;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

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

	/**
	 * What a watch delivers before what is in its buffer. Pulled by the reader of the
	 * watch, on its thread; used by many threads at once.
	 */
	interface ReplaySource {

		/**
		 * Takes the next event.
		 * @return the event, {@code null} when there is nothing left for good
		 */
		@Nullable KvEvent next();

		/**
		 * Whether there is something that was read already and can be taken without the
		 * store.
		 * @return whether {@link #next()} has something at hand
		 */
		default boolean hasRead() {
			return false;
		}

		/**
		 * Whether all of what existed when the watch was opened has been taken.
		 * @return {@code true} for good once it has
		 */
		default boolean isReplayed() {
			return true;
		}

	}

}
