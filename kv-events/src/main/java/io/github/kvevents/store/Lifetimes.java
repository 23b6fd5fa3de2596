package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

/**
 * Times to live in milliseconds, for both back ends. Fractions are rounded up, so that no
 * key expires early.
 */
public final class Lifetimes {

	/**
	 * Half the range, so that adding the current time does not overflow; some 146 million
	 * years.
	 */
	private static final long MAX_MILLIS = Long.MAX_VALUE / 2;

	private static final Duration MAX_DURATION = Duration.ofMillis(MAX_MILLIS);

	private static final Instant MAX_INSTANT = Instant.ofEpochMilli(MAX_MILLIS);

	private static final Instant FIRST_INSTANT = Instant.ofEpochMilli(1);

	private Lifetimes() {
	}

	/**
	 * A time to live in milliseconds.
	 * @param timeToLive the time, more than zero
	 * @return the milliseconds, at least one
	 * @throws IllegalArgumentException if it is longer than a store supports
	 */
	public static long toMillis(Duration timeToLive) {
		if (timeToLive.compareTo(MAX_DURATION) > 0) {
			throw new IllegalArgumentException(
					"'timeToLive' must be at most %s, but is %s".formatted(MAX_DURATION, timeToLive));
		}
		long millis = timeToLive.toMillis();
		return timeToLive.equals(Duration.ofMillis(millis)) ? millis : millis + 1;
	}

	/**
	 * A time in milliseconds. A time before 1970, which Redis can't express, becomes the
	 * first one that it can: both have passed.
	 * @param expireAt when a key expires
	 * @return the milliseconds since 1970, at least one
	 * @throws IllegalArgumentException if it is later than a store supports
	 */
	public static long toEpochMillis(Instant expireAt) {
		if (expireAt.compareTo(MAX_INSTANT) > 0) {
			throw new IllegalArgumentException(
					"'expireAt' must be at most %s, but is %s".formatted(MAX_INSTANT, expireAt));
		}
		if (expireAt.compareTo(FIRST_INSTANT) < 0) {
			return FIRST_INSTANT.toEpochMilli();
		}
		long millis = expireAt.toEpochMilli();
		return expireAt.equals(Instant.ofEpochMilli(millis)) ? millis : millis + 1;
	}

}
