package io.github.kvevents.support;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the thread of a loop wait until a time is up or until another thread wakes it,
 * whichever comes first. A wake-up that arrives while nobody waits ends the next wait,
 * unless {@link #reset()} is called before. Only one thread waits; any thread wakes it.
 * For our packages.
 */
public final class Waiter {

	private final long start = System.nanoTime();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** Counted from the start. */
	private volatile Delay wakesAt = Delay.NEVER;

	private boolean waiting;

	/**
	 * Wakes the waiting thread now, or ends its next wait at once.
	 */
	public void wakeUp() {
		wakeIn(0);
	}

	/**
	 * Wakes the waiting thread after some time, unless an earlier wake-up was asked for.
	 * @param millis the time in milliseconds, zero to wake it now
	 */
	public void wakeIn(long millis) {
		Delay at = now().plus(Delay.ofMillis(millis));
		if (at.nanos() >= this.wakesAt.nanos()) {
			return;
		}
		this.lock.lock();
		try {
			this.wakesAt = this.wakesAt.min(at);
			this.changed.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forgets all wake-ups so far. A loop calls it before it looks for work: work that
	 * arrives later wakes it again.
	 */
	public void reset() {
		this.wakesAt = Delay.NEVER;
	}

	/**
	 * Waits for some time or for a wake-up.
	 * @param delay the longest wait, {@link Delay#NEVER} to wait for a wake-up only
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void await(Delay delay) throws InterruptedException {
		Delay end = now().plus(delay);
		this.lock.lockInterruptibly();
		try {
			this.waiting = true;
			long left = left(end);
			while (left > 0) {
				this.changed.awaitNanos(left);
				left = left(end);
			}
		}
		finally {
			this.waiting = false;
			this.lock.unlock();
		}
	}

	/**
	 * Whether the thread waits, and nothing is about to wake it. From any thread.
	 * @return {@code false} from a wake-up until the thread waits again
	 */
	public boolean isIdle() {
		this.lock.lock();
		try {
			return this.waiting && left(Delay.NEVER) > 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private long left(Delay end) {
		return end.min(this.wakesAt).nanos() - now().nanos();
	}

	/**
	 * Waits as {@link #await} does. An interrupt ends the wait and is cleared: for a loop
	 * that checks by itself whether it has to end.
	 * @param delay the longest wait, {@link Delay#NEVER} to wait for a wake-up only
	 */
	public void awaitQuietly(Delay delay) {
		try {
			await(delay);
		}
		catch (InterruptedException ex) {
			// it only ends a long wait
		}
	}

	/**
	 * Waits as {@link #awaitQuietly(Delay)} does.
	 * @param millis the longest wait in milliseconds
	 */
	public void awaitQuietly(long millis) {
		awaitQuietly(Delay.ofMillis(millis));
	}

	private Delay now() {
		return Delay.ofNanos(System.nanoTime() - this.start);
	}

}
