package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * The outcome of a write or a removal.
 *
 * @param applied whether the value was written or the key removed; {@code false} if the
 * condition didn't hold, the key to remove was absent, or the operation failed
 * @param previousValue the previous value, {@code null} if the key was absent
 * @param position the position of the change in the change log, {@code null} without a
 * log, or if nothing changed
 */
public record StoreOutcome(boolean applied, byte @Nullable [] previousValue, @Nullable KvPosition position) {

	/**
	 * An outcome without a position in the change log.
	 * @param applied whether it was applied
	 * @param previousValue the previous value
	 */
	public StoreOutcome(boolean applied, byte @Nullable [] previousValue) {
		this(applied, previousValue, null);
	}

}
