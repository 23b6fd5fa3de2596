package io.github.kvevents.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.Lifetimes;

/**
 * The checks of what callers pass, before anything is sent. Each message names the
 * argument and its value.
 */
final class Arguments {

	/**
	 * What Redis takes as one argument of a command unless it is configured otherwise.
	 */
	static final long REDIS_LIMIT = 512L * 1024 * 1024;

	private static final Duration SHORTEST = Duration.ofMillis(1);

	private static final int MOST_BYTES_OF_A_CHARACTER = 3;

	private final long maxKeyLength;

	private final long maxValueSize;

	/**
	 * The checks of one template.
	 * @param maxKeyLength bytes of UTF-8 that a key may have
	 * @param maxValueSize bytes that an encoded value may have
	 */
	Arguments(long maxKeyLength, long maxValueSize) {
		this.maxKeyLength = maxKeyLength;
		this.maxValueSize = maxValueSize;
	}

	String key(@Nullable String key) {
		return bounded("key", KvKeys.requireValid(key));
	}

	/** No key can begin with a prefix that is longer than a key may be. */
	String prefix(@Nullable String prefix) {
		return bounded("prefix", KvKeys.requireValidPrefix(prefix));
	}

	private String bounded(String argument, String text) {
		if (text.length() > this.maxKeyLength / MOST_BYTES_OF_A_CHARACTER) {
			long length = KvKeys.utf8Length(text);
			Assert.isTrue(length <= this.maxKeyLength,
					() -> "'%s' must have at most %d bytes ('kv.events.limits.max-key-length') but has %d: '%s'"
						.formatted(argument, this.maxKeyLength, length, KeyText.printable(text)));
		}
		return text;
	}

	/**
	 * Checks the size of a value as it will be sent.
	 * @param argument the name of the argument
	 * @param key its key
	 * @param value the encoded value
	 * @return the value
	 */
	byte[] encoded(String argument, String key, byte[] value) {
		Assert.isTrue(value.length <= this.maxValueSize,
				() -> "'%s' must have at most %d bytes ('kv.events.limits.max-value-size') but has %d, for key '%s'"
					.formatted(argument, this.maxValueSize, value.length, KeyText.printable(key)));
		return value;
	}

	static void value(String key, @Nullable Object value) {
		Assert.notNull(value, () -> "'entries' must not hold a null value but did for key '" + KeyText.printable(key)
				+ "': use batchDelete to remove keys");
	}

	void keys(@Nullable Collection<String> keys) {
		Assert.notNull(keys, "'keys' must not be null");
		keys.forEach(this::key);
	}

	static <T> T notNull(@Nullable T argument, String name) {
		Assert.notNull(argument, () -> "'" + name + "' must not be null");
		return argument;
	}

	static Duration timeToLive(@Nullable Duration timeToLive) {
		Assert.notNull(timeToLive, "'timeToLive' must not be null");
		Assert.isTrue(timeToLive.compareTo(SHORTEST) >= 0, () -> "'timeToLive' must be at least 1 ms but was "
				+ timeToLive + ": use delete(key) to remove the key, persist(key) to keep it forever");
		Lifetimes.toMillis(timeToLive);
		return timeToLive;
	}

	void write(String key, @Nullable Object value, SetOptions options) {
		key(key);
		notNull(value, "value");
		options(options);
	}

	/**
	 * A moment of expiry that has passed is accepted: it may pass between the caller's
	 * clock and this call.
	 */
	static void options(@Nullable SetOptions options) {
		Instant expireAt = notNull(options, "options").getExpireAt();
		if (expireAt != null) {
			Lifetimes.toEpochMillis(expireAt);
		}
	}

}
