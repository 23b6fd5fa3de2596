package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

/**
 * A store that detects expired keys by itself, and on time.
 */
public interface ExpiringStore {

	/**
	 * Sets the listener for expired keys, at most one. Each expiry is passed to it once,
	 * even if the key is written, deleted or read in between. Expiries without a listener
	 * are dropped.
	 * @param listener the listener, {@code null} for none
	 */
	void setExpiryListener(@Nullable ExpiryListener listener);

	/**
	 * Summarizes the keys that have a deadline. May take time in proportion to their
	 * number.
	 * @return the current figures
	 */
	DeadlineSummary summarizeDeadlines();

}
