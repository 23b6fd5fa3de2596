package io.github.kvevents.support;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes one thread at a moment, which others can bring forward. For our packages.
 */
public final class Alarm {

	private static final long NEVER = Long.MAX_VALUE;

	private final long start = System.nanoTime();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** In nanoseconds since the start. */
	private volatile long ringsAt = NEVER;

	/**
	 * Rings after a while, unless it does so earlier.
	 * @param millis the while, zero to ring at once
	 */
	public void ringIn(long millis) {
		long at = now() + TimeUnit.MILLISECONDS.toNanos(millis);
		if (at >= this.ringsAt) {
			return;
		}
		this.lock.lock();
		try {
			this.ringsAt = Math.min(at, this.ringsAt);
			this.changed.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forgets when to ring. Called before looking at what there is to do: what others
	 * find out later rings again.
	 */
	public void reset() {
		this.ringsAt = NEVER;
	}

	/**
	 * Sleeps for a while, or until the alarm rings.
	 * @param millis the while
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void sleep(long millis) throws InterruptedException {
		long end = now() + TimeUnit.MILLISECONDS.toNanos(millis);
		this.lock.lockInterruptibly();
		try {
			long left = Math.min(end, this.ringsAt) - now();
			while (left > 0) {
				this.changed.awaitNanos(left);
				left = Math.min(end, this.ringsAt) - now();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Sleeps as {@link #sleep} does. An interrupt ends it, and nothing else: for a loop
	 * that looks by itself whether it is to end.
	 * @param millis the while
	 */
	public void doze(long millis) {
		try {
			sleep(millis);
		}
		catch (InterruptedException ex) {
			// it is only to end a long wait
		}
	}

	private long now() {
		return System.nanoTime() - this.start;
	}

}
