package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * A lifetime of a key that had ended before a write of the key, and that nobody had
 * noticed.
 *
 * @param id the id under which the store keeps it until it is delivered
 * @param deadline when it ended, in epoch milliseconds
 * @param noticedAt when that was noticed
 * @param value what the key held, {@code null} if it is not known
 * @param position the place of the expiry in the change log, {@code null} without one
 */
public record EndedLifetime(String id, long deadline, long noticedAt, byte @Nullable [] value,
		@Nullable KvPosition position) {
}
