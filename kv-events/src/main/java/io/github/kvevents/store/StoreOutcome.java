package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * What a write or a removal did.
 *
 * @param applied whether the value was written or the key removed; {@code false} if the
 * condition didn't hold, the key to remove was absent, or the operation failed
 * @param previousValue what the key held before, {@code null} if it was absent
 * @param position the place of the change in the change log, {@code null} where there is
 * no log, or nothing changed
 */
public record StoreOutcome(boolean applied, byte @Nullable [] previousValue, @Nullable KvPosition position) {

	/**
	 * An outcome without a place in the change log.
	 * @param applied whether it was applied
	 * @param previousValue what the key held before
	 */
	public StoreOutcome(boolean applied, byte @Nullable [] previousValue) {
		this(applied, previousValue, null);
	}

}
