package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;

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

	/**
	 * A key that has expired.
	 *
	 * @param key the key
	 * @param lastValue the last value, {@code null} if it wasn't kept
	 * @param deadline the deadline
	 * @param lateness how much later the store detected the expiry, never negative
	 * @param position the position of the expiry in the change log, {@code null} without
	 * a log
	 * @param headers what the expiry carries besides its value
	 */
	record ExpiredKey(String key, byte @Nullable [] lastValue, Instant deadline, Duration lateness,
			@Nullable KvPosition position, KvHeaders headers) {

		/**
		 * An expiry without a position in the change log.
		 * @param key the key
		 * @param lastValue the last value, {@code null} if it wasn't kept
		 * @param deadline the deadline
		 * @param lateness how much later the store detected the expiry
		 */
		public ExpiredKey(String key, byte @Nullable [] lastValue, Instant deadline, Duration lateness) {
			this(key, lastValue, deadline, lateness, null, KvHeaders.NONE);
		}

	}

	/**
	 * Receives expired keys.
	 */
	@FunctionalInterface
	interface ExpiryListener {

		/**
		 * Called for one key after the other, in the order in which the store detected
		 * the expiries. A slow call delays the following ones, but does not affect their
		 * lateness. Exceptions are logged.
		 * @param key the key that expired
		 */
		void onExpired(ExpiredKey key);

		/**
		 * Called by a write that detects an expiry of its key, while the key is locked;
		 * it must neither wait nor change keys.
		 * @param key the key that expired
		 * @return whether it is delivered before the write; otherwise
		 * {@link #onExpired(ExpiredKey)} is called later
		 */
		default boolean deliverAhead(ExpiredKey key) {
			return false;
		}

	}

	/**
	 * Figures about the keys of a store that have a deadline.
	 *
	 * @param keys how many there are
	 * @param overdue how many deadlines have passed without a published expiry
	 * @param next the earliest deadline, {@code null} if there is none
	 * @param overdueBy how long ago the earliest deadline passed, zero if it has not
	 */
	record DeadlineSummary(long keys, long overdue, @Nullable Instant next, Duration overdueBy) {
	}

}
