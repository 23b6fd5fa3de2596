package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One write. At most one of {@code timeToLive}, {@code expireAt} and
 * {@code keepTimeToLive} is given; with none the key never expires.
 *
 * @param key the key
 * @param value the bytes to write
 * @param condition when to write
 * @param timeToLive the time from now until the key expires, in milliseconds' precision
 * @param expireAt when the key expires, in milliseconds' precision
 * @param keepTimeToLive whether a key that exists keeps the time to live that it has
 */
public record StoreWrite(String key, byte[] value, Condition condition, @Nullable Duration timeToLive,
		@Nullable Instant expireAt, boolean keepTimeToLive) {

	/**
	 * A write without condition, of a key that never expires.
	 * @param key the key
	 * @param value the bytes to write
	 */
	public StoreWrite(String key, byte[] value) {
		this(key, value, Condition.ALWAYS, null, null, false);
	}

	/**
	 * When to write.
	 */
	public enum Condition {

		/**
		 * Whatever is there.
		 */
		ALWAYS,

		/**
		 * Only if the key is absent.
		 */
		IF_ABSENT,

		/**
		 * Only if the key exists.
		 */
		IF_PRESENT

	}

}
