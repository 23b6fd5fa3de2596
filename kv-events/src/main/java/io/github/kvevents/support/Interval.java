package io.github.kvevents.support;

import java.time.Duration;

/**
 * Limits how often something is done: it is due at first, then once an interval. For our
 * packages.
 */
public final class Interval {

	private final Delay length;

	private long dueAt = System.nanoTime();

	/**
	 * An interval.
	 * @param length its length
	 */
	public Interval(Duration length) {
		this.length = Delay.of(length);
	}

	/**
	 * Starts the next interval if the current one has elapsed.
	 * @return whether it had elapsed, so that the caller acts now
	 */
	public synchronized boolean restartIfDue() {
		long now = System.nanoTime();
		if (now - this.dueAt < 0) {
			return false;
		}
		this.dueAt = this.length.after(now);
		return true;
	}

	/**
	 * Ends the current interval now: the next call of {@link #restartIfDue()} returns
	 * {@code true}.
	 */
	public synchronized void makeDue() {
		this.dueAt = System.nanoTime();
	}

}
