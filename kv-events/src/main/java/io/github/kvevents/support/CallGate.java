package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Permits calls of application code until it is closed. The thread that closes it can
 * wait for running calls; after that no call runs. Used by many threads at once. For our
 * packages.
 */
public final class CallGate {

	private static final AtomicIntegerFieldUpdater<CallGate> RUNNING = AtomicIntegerFieldUpdater
		.newUpdater(CallGate.class, "running");

	private volatile int running;

	private volatile boolean closed;

	/**
	 * Makes a call, unless this is closed.
	 * @param call what to do
	 * @return whether it was permitted
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
	 * Starts a call, unless this is closed.
	 * @return whether it was permitted; the caller must call {@link #leave()} then
	 */
	public boolean enter() {
		// counted before the check: either the closing thread sees this call, or this
		// call sees the close
		RUNNING.incrementAndGet(this);
		if (!this.closed) {
			return true;
		}
		leave();
		return false;
	}

	/**
	 * Ends a call that was permitted.
	 */
	public void leave() {
		if (RUNNING.decrementAndGet(this) == 0 && this.closed) {
			wakeUp();
		}
	}

	private synchronized void wakeUp() {
		notifyAll();
	}

	/**
	 * Permits no further calls. Does not wait.
	 */
	public void close() {
		this.closed = true;
	}

	/**
	 * Whether it was closed.
	 * @return whether no call is permitted
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Waits until no call runs. To be called after the close, and not from within a call.
	 * An interrupt ends the wait and is restored.
	 * @param timeout how long to wait at most
	 */
	public synchronized void awaitNone(Duration timeout) {
		long end = System.nanoTime() + timeout.toNanos();
		long left = timeout.toNanos();
		try {
			while (this.running > 0 && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = end - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
