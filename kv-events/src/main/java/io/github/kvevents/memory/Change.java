package io.github.kvevents.memory;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;

/**
 * The state of a key before and after a change, filled while the key is locked.
 */
final class Change {

	@Nullable Entry before;

	@Nullable Entry after;

	/** The position in the log, if anything changed and there is a log. */
	@Nullable KvPosition position;

	/**
	 * The expiry that the change detected, if the listener still has to receive it.
	 */
	@Nullable ExpiredKey undelivered;

	/**
	 * Whether the key was changed: each write creates a new entry.
	 */
	boolean isApplied() {
		return this.before != this.after;
	}

}
