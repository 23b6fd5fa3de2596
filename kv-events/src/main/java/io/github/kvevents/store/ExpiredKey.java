package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * A key that has expired.
 *
 * @param key the key
 * @param lastValue the last value
 * @param deadline the deadline
 * @param lateness how much later the store detected the expiry, never negative
 * @param position the position of the expiry in the change log, {@code null} without a
 * log
 */
public record ExpiredKey(String key, byte[] lastValue, Instant deadline, Duration lateness,
		@Nullable KvPosition position) {

	/**
	 * An expiry without a position in the change log.
	 * @param key the key
	 * @param lastValue the last value
	 * @param deadline the deadline
	 * @param lateness how much later the store detected the expiry
	 */
	public ExpiredKey(String key, byte[] lastValue, Instant deadline, Duration lateness) {
		this(key, lastValue, deadline, lateness, null);
	}

}
