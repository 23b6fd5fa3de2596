package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;

/**
 * Tells a store that does not detect expiries by itself whether and how to maintain a
 * deadline index. Used by many threads at once.
 */
public interface ExpiryTracking {

	/**
	 * The namespace of the index.
	 * @return always the same
	 */
	Namespace namespace();

	/**
	 * The id of this instance, recorded in the expiries that it detects.
	 * @return always the same
	 */
	String instanceId();

	/**
	 * Whether the next write has to update the index. May change while the application
	 * runs; called for each write, so it must be quick.
	 * @return whether the expiry of a key would be received or logged
	 */
	boolean isActive();

	/**
	 * Whether the next write of a key has to update the index. Called for each write, so
	 * it must be quick.
	 * @param key the key
	 * @param expires whether it gets a time to live
	 * @return whether the expiry of this key may be received or is logged; by default
	 * {@link #isActive()}
	 */
	default boolean covers(String key, boolean expires) {
		return isActive();
	}

	/**
	 * Whether the next write of a key that is {@link #covers covered} has to keep its
	 * value for the expiry. Called for each such write, so it must be quick.
	 * @param key the key
	 * @return whether something may take the last value of this key; by default
	 * {@code true}
	 */
	default boolean keepsValue(String key) {
		return true;
	}

	/**
	 * Whether hooks would receive the expiry of a key, and not only the change log.
	 * Called for each write, so it must be quick.
	 * @return by default whether this is active
	 */
	default boolean isHeard() {
		return isActive();
	}

	/**
	 * Whether this instance delivers expiries that its own writes detect, before these
	 * writes. Called for each write, so it must be quick.
	 * @return by default {@code false}
	 */
	default boolean deliversEnded() {
		return false;
	}

	/**
	 * Called by a write that detected an expiry of its key, before the write returns.
	 * @param partition the partition of the key
	 * @param key the key
	 * @param ended the expiry, which this instance delivers
	 */
	default void lifetimeEnded(int partition, String key, EndedLifetime ended) {
		throw new UnsupportedOperationException("'deliversEnded()' returns false");
	}

	/**
	 * Called after a key has got a deadline, so that a sweeper that waits for the next
	 * deadline wakes in time. Must be quick.
	 * @param partition the partition of the key
	 * @param timeToLiveMillis the approximate time to live of the key
	 */
	void deadlineSet(int partition, long timeToLiveMillis);

	/**
	 * As {@link #deadlineSet}, with a deadline by the clock of the server, which may
	 * differ from that of this instance. By default no difference is assumed.
	 * @param partition the partition of the key
	 * @param epochMillis the deadline
	 */
	default void deadlineSetAt(int partition, long epochMillis) {
		deadlineSet(partition, epochMillis - System.currentTimeMillis());
	}

	/**
	 * An expiry of a key that a later write of the key detected.
	 *
	 * @param id the id of the expiry in the store
	 * @param deadline the deadline, in epoch milliseconds
	 * @param noticedAt when the expiry was detected, in epoch milliseconds
	 * @param value the last value, {@code null} if it is unknown
	 * @param position the position of the expiry in the change log, {@code null} without
	 * a log
	 * @param headers what the expiry carries besides its value
	 */
	record EndedLifetime(String id, long deadline, long noticedAt, byte @Nullable [] value,
			@Nullable KvPosition position, KvHeaders headers) {
	}

}
