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

	private static final Duration SHORTEST = Duration.ofMillis(1);

	private Arguments() {
	}

	static String key(@Nullable String key) {
		return KvKeys.requireValid(key);
	}

	static void value(String key, @Nullable Object value) {
		Assert.notNull(value, () -> "'entries' must not hold a null value but did for key '" + KeyText.printable(key)
				+ "': use batchDelete to remove keys");
	}

	static void keys(@Nullable Collection<String> keys) {
		Assert.notNull(keys, "'keys' must not be null");
		keys.forEach(Arguments::key);
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

	static void write(String key, @Nullable Object value, SetOptions options) {
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
