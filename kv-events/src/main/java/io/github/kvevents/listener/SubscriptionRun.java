package io.github.kvevents.listener;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.support.BackgroundWork.Pending;
import io.github.kvevents.support.Delay;

/**
 * A listener in this instance from one start to the next stop: its loop, and what handles
 * its events.
 */
final class SubscriptionRun {

	/** How often to look whether the loop waits for a store that is gone. */
	private static final long LOOK_MILLIS = 50;

	/** How often to look whether the run before is over. */
	private static final Delay PREVIOUS = Delay.ofMillis(10);

	private final ListenerMembership membership;

	private final PendingDeliveries deliveries;

	private final SubscriptionLoop loop;

	private final PooledLoop turns;

	private @Nullable SubscriptionRun previous;

	private long previousEndsAt;

	/**
	 * Creates a run that hasn't begun.
	 */
	SubscriptionRun(ListenerMembership membership, PendingDeliveries deliveries, SubscriptionLoop loop,
			PooledLoop turns) {
		this.membership = membership;
		this.deliveries = deliveries;
		this.loop = loop;
		this.turns = turns;
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
		this.previousEndsAt = Delay.of(this.membership.lease()).after(System.nanoTime());
		this.turns.start(this::turn);
	}

	/**
	 * A handler that doesn't end, though the run is over, may hold up what comes behind:
	 * as in any other instance, for as long as a lease.
	 */
	private @Nullable Delay turn() {
		SubscriptionRun previous = this.previous;
		if (previous != null && !previous.isOver() && !this.loop.isStopped()
				&& System.nanoTime() - this.previousEndsAt < 0) {
			return PREVIOUS;
		}
		this.previous = null;
		return this.loop.run();
	}

	private boolean isOver() {
		return this.turns.isEnded() && this.deliveries.isOver();
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
		return this.turns.isRunner() || this.deliveries.isOwnThread();
	}

	void awaitEnd(long end) throws InterruptedException {
		this.turns.awaitEnd(LOOK_MILLIS);
		while (!this.turns.isEnded() && System.nanoTime() - end < 0) {
			if (this.loop.isToBeInterrupted()) {
				this.turns.interrupt();
			}
			this.turns.awaitEnd(LOOK_MILLIS);
		}
	}

}
