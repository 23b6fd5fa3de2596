package io.github.kvevents.expiry;

import java.time.Duration;

/**
 * Says whether something is due again that is done once in a while. Due at first.
 */
final class Pause {

	private final long nanos;

	private long overAt = System.nanoTime();

	Pause(Duration length) {
		this.nanos = length.toNanos();
	}

	/**
	 * Whether the pause is over; if so, a new one begins.
	 */
	synchronized boolean isOver() {
		long now = System.nanoTime();
		if (now - this.overAt < 0) {
			return false;
		}
		this.overAt = now + this.nanos;
		return true;
	}

	/**
	 * Ends the pause before its time.
	 */
	synchronized void end() {
		this.overAt = System.nanoTime();
	}

}
