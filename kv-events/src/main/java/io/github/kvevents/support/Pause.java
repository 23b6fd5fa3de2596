package io.github.kvevents.support;

import java.time.Duration;

/**
 * Says whether something is due again that is done once in a while. Due at first.
 */
public final class Pause {

	private final Delay length;

	private long overAt = System.nanoTime();

	public Pause(Duration length) {
		this.length = Delay.of(length);
	}

	/**
	 * Whether the pause is over; if so, a new one begins.
	 */
	public synchronized boolean isOver() {
		long now = System.nanoTime();
		if (now - this.overAt < 0) {
			return false;
		}
		this.overAt = this.length.after(now);
		return true;
	}

	/**
	 * Ends the pause before its time.
	 */
	public synchronized void end() {
		this.overAt = System.nanoTime();
	}

}
