package io.github.kvevents.support;

import java.util.concurrent.TimeUnit;

/**
 * How long all beans together wait for Redis while the application starts: two seconds
 * without an answer. Time in which several wait counts once, and what the application
 * does besides, however slowly, doesn't count. An answer shows that Redis is there, so
 * that the next wait may be as long as the first. For our packages.
 */
public final class StartupWait {

	private static final long NANOS = TimeUnit.SECONDS.toNanos(2);

	private long nanosLeft = NANOS;

	private int waiting;

	/** Up to when the time in which somebody waits was counted. */
	private long counted;

	/**
	 * Somebody begins to wait.
	 * @return how long at most, in nanoseconds
	 */
	public synchronized long begin() {
		count();
		this.waiting++;
		return Math.max(0, this.nanosLeft);
	}

	/**
	 * Somebody waits no more.
	 */
	public synchronized void end() {
		count();
		this.waiting--;
	}

	/**
	 * Redis has answered.
	 */
	public synchronized void answered() {
		count();
		this.nanosLeft = NANOS;
	}

	private void count() {
		long now = System.nanoTime();
		if (this.waiting > 0) {
			this.nanosLeft -= now - this.counted;
		}
		this.counted = now;
	}

}
