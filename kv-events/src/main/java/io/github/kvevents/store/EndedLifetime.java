package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * An expiry of a key that a later write of the key detected.
 *
 * @param id the id of the expiry in the store
 * @param deadline the deadline, in epoch milliseconds
 * @param noticedAt when the expiry was detected, in epoch milliseconds
 * @param value the last value, {@code null} if it is unknown
 * @param position the position of the expiry in the change log, {@code null} without a
 * log
 */
public record EndedLifetime(String id, long deadline, long noticedAt, byte @Nullable [] value,
		@Nullable KvPosition position) {
}
