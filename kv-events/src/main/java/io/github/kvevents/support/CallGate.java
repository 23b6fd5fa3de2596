package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets calls of an application's code through until it is closed. Who closes it can wait
 * for those that were let through before, so that none begins once that has returned.
 * Used by many threads at once. For our packages.
 */
public final class CallGate {

	private final AtomicInteger running = new AtomicInteger();

	private volatile boolean closed;

	/**
	 * Makes a call, unless this is closed.
	 * @param call what to do
	 * @return whether it was let through
	 */
	public boolean run(Runnable call) {
		if (!enter()) {
			return false;
		}
		try {
			call.run();
			return true;
		}
		finally {
			leave();
		}
	}

	/**
	 * Begins a call, unless this is closed.
	 * @return whether it was let through: it has to {@link #leave()} then
	 */
	public boolean enter() {
		// counted before it looks: who closes this sees it, or is seen
		this.running.incrementAndGet();
		if (!this.closed) {
			return true;
		}
		leave();
		return false;
	}

	/**
	 * Ends a call that was let through.
	 */
	public void leave() {
		if (this.running.decrementAndGet() == 0 && this.closed) {
			wakeUp();
		}
	}

	private synchronized void wakeUp() {
		notifyAll();
	}

	/**
	 * Lets nothing through any more. Doesn't wait.
	 */
	public void close() {
		this.closed = true;
	}

	/**
	 * Whether it was closed.
	 * @return whether nothing is let through
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Waits until no call runs any more. To be called when it is closed, and not from
	 * within a call. An interrupt ends the waiting and is restored.
	 * @param timeout how long to wait at most
	 */
	public synchronized void awaitNone(Duration timeout) {
		long end = System.nanoTime() + timeout.toNanos();
		long left = timeout.toNanos();
		try {
			while (this.running.get() > 0 && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = end - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
