package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

/**
 * What a write did.
 *
 * @param applied whether the value was written; {@code false} if the condition didn't
 * hold or the write failed
 * @param previousValue what the key held before, {@code null} if it was absent
 */
public record StoreOutcome(boolean applied, byte @Nullable [] previousValue) {
}
