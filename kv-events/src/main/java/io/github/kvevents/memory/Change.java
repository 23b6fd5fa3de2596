package io.github.kvevents.memory;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ExpiredKey;

/**
 * What a change of a key found and left, filled while the key is held.
 */
final class Change {

	@Nullable Entry before;

	@Nullable Entry after;

	/** Where the change is in the log, if anything changed and there is one. */
	@Nullable KvPosition position;

	/**
	 * The lifetime that ended before the change, where the listener still has to be told.
	 */
	@Nullable ExpiredKey untold;

	/**
	 * Whether the key holds something else than before: each write makes an entry.
	 */
	boolean isApplied() {
		return this.before != this.after;
	}

}
