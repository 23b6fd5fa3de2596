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

}
