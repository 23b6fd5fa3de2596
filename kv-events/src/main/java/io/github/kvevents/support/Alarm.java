package io.github.kvevents.support;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes one thread at a moment, which others can bring forward. For our packages.
 */
public final class Alarm {

	private final long start = System.nanoTime();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** Counted from the start. */
	private volatile Delay ringsAt = Delay.NEVER;

	/**
	 * Rings after a while, unless it does so earlier.
	 * @param millis the while, zero to ring at once
	 */
	public void ringIn(long millis) {
		Delay at = now().plus(Delay.ofMillis(millis));
		if (at.nanos() >= this.ringsAt.nanos()) {
			return;
		}
		this.lock.lock();
		try {
			this.ringsAt = this.ringsAt.min(at);
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
		this.ringsAt = Delay.NEVER;
	}

	/**
	 * Sleeps for a while, or until the alarm rings.
	 * @param delay the while, {@link Delay#NEVER} until it rings
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void sleep(Delay delay) throws InterruptedException {
		Delay end = now().plus(delay);
		this.lock.lockInterruptibly();
		try {
			long left = left(end);
			while (left > 0) {
				this.changed.awaitNanos(left);
				left = left(end);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private long left(Delay end) {
		return end.min(this.ringsAt).nanos() - now().nanos();
	}

	/**
	 * Sleeps as {@link #sleep} does. An interrupt ends it, and nothing else: for a loop
	 * that looks by itself whether it is to end.
	 * @param delay the while, {@link Delay#NEVER} until it rings
	 */
	public void doze(Delay delay) {
		try {
			sleep(delay);
		}
		catch (InterruptedException ex) {
			// it is only to end a long wait
		}
	}

	/**
	 * Sleeps as {@link #doze(Delay)} does.
	 * @param millis the while
	 */
	public void doze(long millis) {
		doze(Delay.ofMillis(millis));
	}

	private Delay now() {
		return Delay.ofNanos(System.nanoTime() - this.start);
	}

}
