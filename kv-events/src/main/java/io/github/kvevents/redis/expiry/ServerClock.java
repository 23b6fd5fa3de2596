package io.github.kvevents.redis.expiry;

import java.util.function.LongSupplier;

/**
 * How the clock of the server differs from that of this instance, as far as it was seen.
 * Used by many threads at once.
 */
final class ServerClock {

	private final LongSupplier millis;

	private volatile long ahead;

	/**
	 * Creates a clock that is like this instance's as long as it knows no better.
	 */
	ServerClock(LongSupplier millis) {
		this.millis = millis;
	}

	/**
	 * A reply of the server has just arrived.
	 * @param serverMillis when it was written, by the clock of the server
	 */
	void observe(long serverMillis) {
		this.ahead = serverMillis - this.millis.getAsLong();
	}

	/**
	 * In how many milliseconds a moment of the server has come for sure, as far as its
	 * clock was seen.
	 */
	long millisUntil(long serverMillis) {
		long now = this.millis.getAsLong() + this.ahead;
		// both clocks were read in the middle of a millisecond
		return (serverMillis > now) ? serverMillis - now + 1 : 1;
	}

}
