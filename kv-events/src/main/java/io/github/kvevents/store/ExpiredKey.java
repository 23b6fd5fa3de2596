package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * A key whose time to live ended.
 *
 * @param key the key
 * @param lastValue what it held
 * @param deadline when its time ended
 * @param lateness how much later the store noticed, never negative
 * @param position the place of the expiry in the change log, {@code null} where there is
 * no log
 */
public record ExpiredKey(String key, byte[] lastValue, Instant deadline, Duration lateness,
		@Nullable KvPosition position) {

	/**
	 * An expiry without a place in the change log.
	 * @param key the key
	 * @param lastValue what it held
	 * @param deadline when its time ended
	 * @param lateness how much later the store noticed
	 */
	public ExpiredKey(String key, byte[] lastValue, Instant deadline, Duration lateness) {
		this(key, lastValue, deadline, lateness, null);
	}

}
