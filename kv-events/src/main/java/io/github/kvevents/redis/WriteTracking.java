package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.CallDeadline;

/**
 * Expiry tracking as writes use it: whether to track, which deadlines were set, and the
 * expiries that writes detected. Without tracking nothing is tracked. Used by many
 * threads at once.
 */
final class WriteTracking {

	private final @Nullable ExpiryTracking tracking;

	private final RedisConnections connections;

	private final Namespace namespace;

	/** By partition, 1 once its consumer group exists. */
	private final AtomicIntegerArray ensured;

	/**
	 * Creates the tracking of writes.
	 * @param tracking whether and where to track expiries, {@code null} for no tracking
	 */
	WriteTracking(@Nullable ExpiryTracking tracking, RedisConnections connections, Namespace namespace) {
		this.tracking = tracking;
		this.connections = connections;
		this.namespace = namespace;
		this.ensured = new AtomicIntegerArray(namespace.partitions());
	}

	boolean isActive() {
		return this.tracking != null && this.tracking.isActive();
	}

	boolean covers(String key, boolean expires) {
		return this.tracking != null && this.tracking.covers(key, expires);
	}

	/**
	 * Whether to keep the value of a covered key for its expiry.
	 */
	boolean keepsValue(String key) {
		return this.tracking == null || this.tracking.keepsValue(key);
	}

	boolean isHeard() {
		return this.tracking != null && this.tracking.isHeard();
	}

	boolean deliversEnded() {
		return this.tracking != null && this.tracking.deliversEnded();
	}

	/**
	 * Whether hooks receive expiries and this instance delivers those that it detects, as
	 * a script argument.
	 */
	byte[] receivers() {
		return ScriptArguments.heard(isHeard(), deliversEnded());
	}

	void lifetimeEnded(int partition, String key, @Nullable EndedLifetime ended) {
		if (ended != null && this.tracking != null) {
			this.tracking.lifetimeEnded(partition, key, ended);
		}
	}

	void deadlineSet(int partition, StoreWrite write) {
		if (write.timeToLive() != null) {
			deadlineSet(partition, Lifetimes.toMillis(write.timeToLive()));
		}
		else if (write.expireAt() != null && this.tracking != null) {
			this.tracking.deadlineSetAt(partition, Lifetimes.toEpochMillis(write.expireAt()));
		}
	}

	void deadlineSet(int partition, long timeToLiveMillis) {
		if (this.tracking != null) {
			this.tracking.deadlineSet(partition, timeToLiveMillis);
		}
	}

	/**
	 * Creates the consumer group before the first key is tracked for a hook: the instance
	 * that detects its expiry keeps it for hooks, even if no instance has one at that
	 * time. Called for each write; sends one command per partition.
	 * @param waited how long the operation has waited already
	 * @return the longest wait of the operation, in nanoseconds
	 */
	long ensureGroup(int partition, long waited) {
		if (!isHeard() || this.ensured.get(partition) != 0) {
			return waited;
		}
		byte[] stream = this.namespace.expired(partition).getBytes(StandardCharsets.UTF_8);
		long start = System.nanoTime();
		CallDeadline.afterWait(waited, () -> {
			this.connections.run((connection) -> ExpiredGroup.ensure(connection, stream));
			return stream;
		});
		this.ensured.set(partition, 1);
		return Math.max(waited, System.nanoTime() - start);
	}

}
