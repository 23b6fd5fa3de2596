package io.github.kvevents.redis.expiry;

import java.util.function.LongSupplier;

/**
 * Estimates the offset between the clock of the server and that of this instance. Used by
 * many threads at once.
 */
final class ServerClock {

	private final LongSupplier millis;

	private volatile long ahead;

	/**
	 * Creates a clock without offset.
	 */
	ServerClock(LongSupplier millis) {
		this.millis = millis;
	}

	/**
	 * Updates the offset from a reply that has just arrived.
	 * @param serverMillis the time of the reply by the clock of the server
	 */
	void observe(long serverMillis) {
		this.ahead = serverMillis - this.millis.getAsLong();
	}

	/**
	 * The milliseconds until a time of the server clock has certainly passed.
	 */
	long millisUntil(long serverMillis) {
		long now = this.millis.getAsLong() + this.ahead;
		// both clocks may be read in the middle of a millisecond
		return (serverMillis > now) ? serverMillis - now + 1 : 1;
	}

}
