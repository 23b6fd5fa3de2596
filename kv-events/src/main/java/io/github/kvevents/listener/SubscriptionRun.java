package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.support.BackgroundWork.Pending;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;

/**
 * A listener in this instance from one start to the next stop: its loop, and the threads
 * that handle its events.
 */
final class SubscriptionRun {

	/** How often to look whether the loop waits for a store that is gone. */
	private static final long LOOK_MILLIS = 50;

	private final ListenerMembership membership;

	private final PendingDeliveries deliveries;

	private final SubscriptionLoop loop;

	private final Thread thread;

	private @Nullable SubscriptionRun previous;

	/**
	 * Creates a run that hasn't begun.
	 */
	SubscriptionRun(ListenerMembership membership, PendingDeliveries deliveries, SubscriptionLoop loop) {
		this.membership = membership;
		this.deliveries = deliveries;
		this.loop = loop;
		this.thread = DaemonThreads.single(this::run, "kv-listener-" + membership.listener());
	}

	PendingDeliveries deliveries() {
		return this.deliveries;
	}

	SubscriptionLoop loop() {
		return this.loop;
	}

	/**
	 * Begins.
	 * @param previous what was stopped before, {@code null} if nothing was
	 */
	void start(@Nullable SubscriptionRun previous) {
		this.previous = previous;
		this.thread.start();
	}

	private void run() {
		try {
			awaitPrevious();
		}
		finally {
			this.loop.run();
		}
	}

	/**
	 * A handler that doesn't end, though the run is over, may hold up what comes behind:
	 * as in any other instance, for as long as a lease.
	 */
	private void awaitPrevious() {
		SubscriptionRun previous = this.previous;
		this.previous = null;
		long end = Delay.of(this.membership.lease()).after(System.nanoTime());
		try {
			while (previous != null && !previous.isOver() && !this.loop.isStopped() && System.nanoTime() - end < 0) {
				previous.thread.join(LOOK_MILLIS);
				previous.deliveries.awaitOver(Duration.ofMillis(LOOK_MILLIS));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean isOver() {
		return !this.thread.isAlive() && this.deliveries.isOver();
	}

	/**
	 * What is pending of a listener that runs.
	 */
	Pending pendingWork() {
		long begun = this.deliveries.begun();
		String pending = this.loop.pending();
		return new Pending(begun, (pending != null)
				? List.of("Listener '" + KeyText.printable(this.membership.listener()) + "' " + pending) : List.of());
	}

	/**
	 * Begins to stop, without waiting.
	 */
	void stop() {
		// at once; the loop still delivers what fills holes
		this.deliveries.end();
		this.loop.stop();
	}

	boolean isCalledFromWithin() {
		return this.thread == Thread.currentThread() || this.deliveries.isOwnThread();
	}

	void awaitEnd(long end) throws InterruptedException {
		this.thread.join(LOOK_MILLIS);
		while (this.thread.isAlive() && System.nanoTime() - end < 0) {
			if (this.loop.isToBeInterrupted()) {
				this.thread.interrupt();
			}
			this.thread.join(LOOK_MILLIS);
		}
	}

}
