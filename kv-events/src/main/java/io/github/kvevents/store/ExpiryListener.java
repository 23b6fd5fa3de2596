package io.github.kvevents.store;

/**
 * Receives expired keys.
 */
@FunctionalInterface
public interface ExpiryListener {

	/**
	 * Called for one key after the other, in the order in which the store detected the
	 * expiries. A slow call delays the following ones, but does not affect their
	 * lateness. Exceptions are logged.
	 * @param key the key that expired
	 */
	void onExpired(ExpiredKey key);

	/**
	 * Called by a write that detects an expiry of its key, while the key is locked; it
	 * must neither wait nor change keys.
	 * @param key the key that expired
	 * @return whether it is delivered before the write; otherwise
	 * {@link #onExpired(ExpiredKey)} is called later
	 */
	default boolean deliverAhead(ExpiredKey key) {
		return false;
	}

}
