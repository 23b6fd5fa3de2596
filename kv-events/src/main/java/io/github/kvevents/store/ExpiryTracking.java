package io.github.kvevents.store;

/**
 * What a store that doesn't notice expiries on time by itself must know in order to keep
 * a deadline index. Used by many threads at once.
 */
public interface ExpiryTracking {

	/**
	 * Where the index is.
	 * @return always the same
	 */
	Namespace namespace();

	/**
	 * The id of this instance, kept with the expiries that it detects.
	 * @return always the same
	 */
	String instanceId();

	/**
	 * Whether the next write has to keep the index in step. May change while the
	 * application runs; asked for each write, so it must be quick.
	 * @return whether somebody would hear of the expiry of a key
	 */
	boolean isActive();

	/**
	 * Whether hooks would hear of the expiry of a key, and not only the change log. Asked
	 * for each write, so it must be quick.
	 * @return by default whether this is active
	 */
	default boolean isHeard() {
		return isActive();
	}

	/**
	 * Whether this instance delivers what ended before its own writes, ahead of them.
	 * Asked for each write, so it must be quick.
	 * @return by default not
	 */
	default boolean deliversEnded() {
		return false;
	}

	/**
	 * Called within a write that found an ended lifetime of its key, before the write
	 * returns.
	 * @param partition the partition of the key
	 * @param key the key
	 * @param ended the lifetime, which is this instance's to deliver
	 */
	default void lifetimeEnded(int partition, String key, EndedLifetime ended) {
		throw new UnsupportedOperationException("'deliversEnded()' says that nothing is delivered");
	}

	/**
	 * Called after a key was given a deadline, so that whoever waits for the next one
	 * doesn't wait too long. Must be quick.
	 * @param partition the partition of the key
	 * @param timeToLiveMillis how long the key has about
	 */
	void deadlineSet(int partition, long timeToLiveMillis);

	/**
	 * As {@link #deadlineSet}, for a key whose deadline is a moment by the clock of the
	 * server, which may differ from that of this instance. By default that isn't known.
	 * @param partition the partition of the key
	 * @param epochMillis when it ends
	 */
	default void deadlineSetAt(int partition, long epochMillis) {
		deadlineSet(partition, epochMillis - System.currentTimeMillis());
	}

}
