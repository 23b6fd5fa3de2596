package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

/**
 * A store that notices by itself, and on time, when a key's time to live ends.
 */
public interface ExpiringStore {

	/**
	 * Sets who hears of keys that expire; one listener at most. Each lifetime that ends
	 * is told once, also when the key is written, deleted or read in between. What ended
	 * while there was no listener is told to nobody.
	 * @param listener the listener, {@code null} for none
	 */
	void setExpiryListener(@Nullable ExpiryListener listener);

	/**
	 * What is still to expire. May take time in proportion to the number of keys.
	 * @return figures of this moment
	 */
	DeadlineSummary summarizeDeadlines();

}
