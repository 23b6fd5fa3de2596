package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.memory.Deadlines.Deadline;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.Waiter;

/**
 * The thread that sweeps at each deadline and waits in between.
 */
final class ExpiryLoop {

	private static final Log logger = LogFactory.getLog(ExpiryLoop.class);

	/**
	 * The longest wait while there is a deadline: the clock may be set forward meanwhile.
	 */
	private static final Delay MAX_WAIT = Delay.ofMillis(1000);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

	private final Clock clock;

	private final Runnable sweep;

	private final Supplier<@Nullable Deadline> earliest;

	private final Waiter waiter = new Waiter();

	private volatile @Nullable Thread thread;

	ExpiryLoop(Clock clock, Runnable sweep, Supplier<@Nullable Deadline> earliest) {
		this.clock = clock;
		this.sweep = sweep;
		this.earliest = earliest;
	}

	void start() {
		Thread thread = DaemonThreads.single(this::run, "kv-memory-expiry");
		this.thread = thread;
		thread.start();
	}

	void stop() {
		Thread thread = this.thread;
		this.thread = null;
		if (thread == null) {
			return;
		}
		this.waiter.wakeUp();
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
		this.waiter.wakeUp();
	}

	private void run() {
		while (Thread.currentThread() == this.thread) {
			try {
				this.waiter.reset();
				this.sweep.run();
				await(untilNext());
			}
			catch (Throwable ex) {
				logger.error("Could not expire keys in memory; this is retried", ex);
				await(Delay.ofMillis(ThreadLocalRandom.current().nextLong(100, 1000)));
			}
		}
	}

	private Delay untilNext() {
		Deadline deadline = this.earliest.get();
		return (deadline != null) ? Delay.ofMillis(deadline.millis() - this.clock.millis()).min(MAX_WAIT) : Delay.NEVER;
	}

	private void await(Delay delay) {
		if (Thread.currentThread() == this.thread) {
			this.waiter.awaitQuietly(delay);
		}
	}

}
