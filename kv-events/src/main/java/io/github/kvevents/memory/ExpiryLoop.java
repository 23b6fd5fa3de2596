package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread that sweeps at each deadline and waits in between.
 */
final class ExpiryLoop {

	private static final Log logger = LogFactory.getLog(ExpiryLoop.class);

	/**
	 * The longest wait while there is a deadline: the clock may be set forward meanwhile.
	 */
	private static final Duration MAX_SLEEP = Duration.ofSeconds(1);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

	private final Clock clock;

	private final Runnable sweep;

	private final Supplier<@Nullable Deadline> earliest;

	private volatile @Nullable Thread thread;

	ExpiryLoop(Clock clock, Runnable sweep, Supplier<@Nullable Deadline> earliest) {
		this.clock = clock;
		this.sweep = sweep;
		this.earliest = earliest;
	}

	void start() {
		Thread thread = new Thread(this::run, "kv-memory-expiry");
		thread.setDaemon(true);
		this.thread = thread;
		thread.start();
	}

	void stop() {
		Thread thread = this.thread;
		this.thread = null;
		if (thread == null) {
			return;
		}
		LockSupport.unpark(thread);
		try {
			thread.join(STOP_TIMEOUT.toMillis());
			if (thread.isAlive()) {
				logger.warn("The thread 'kv-memory-expiry' did not stop within " + STOP_TIMEOUT);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Wakes the thread to check the earliest deadline.
	 */
	void wake() {
		LockSupport.unpark(this.thread);
	}

	private void run() {
		while (Thread.currentThread() == this.thread) {
			try {
				this.sweep.run();
				sleep();
			}
			catch (Throwable ex) {
				logger.error("Could not expire keys in memory; this is retried", ex);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(100, 1000)));
			}
		}
	}

	private void sleep() {
		Deadline deadline = this.earliest.get();
		if (deadline == null) {
			LockSupport.park(this);
			return;
		}
		long millis = Math.min(deadline.millis() - this.clock.millis(), MAX_SLEEP.toMillis());
		if (millis > 0) {
			LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(millis));
		}
	}

}
