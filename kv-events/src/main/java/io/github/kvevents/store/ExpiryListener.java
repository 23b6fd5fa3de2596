package io.github.kvevents.store;

/**
 * Hears of keys that expired.
 */
@FunctionalInterface
public interface ExpiryListener {

	/**
	 * Called one key after the other, in the order in which the store noticed. Taking
	 * long delays those behind, but not what they say of their lateness. What this throws
	 * is logged.
	 * @param key the key that expired
	 */
	void onExpired(ExpiredKey key);

	/**
	 * Called by the write that came across the end of a lifetime of its key, while the
	 * key is held; it must neither wait nor change keys.
	 * @param key the key that expired
	 * @return whether it is delivered ahead of the write; otherwise
	 * {@link #onExpired(ExpiredKey)} is called later
	 */
	default boolean deliverAhead(ExpiredKey key) {
		return false;
	}

}
