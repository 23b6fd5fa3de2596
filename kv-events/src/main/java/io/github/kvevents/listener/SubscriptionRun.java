package io.github.kvevents.listener;

import java.util.Collection;
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

	/** {@code null} if there was none, or it holds up nothing any more. */
	private volatile @Nullable SubscriptionRun previous;

	private volatile long previousEndsAt;

	private volatile boolean begun;

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
		this.previousEndsAt = Delay.of(this.membership.lease()).after(System.nanoTime());
		this.previous = previous;
		this.begun = true;
		this.turns.start(this::turn);
	}

	/**
	 * A handler that doesn't end, though the run is over, may hold up what comes behind:
	 * as in any other instance, for as long as a lease.
	 */
	private @Nullable Delay turn() {
		return (isHeldUp() && !this.loop.isStopped()) ? PREVIOUS : this.loop.run();
	}

	private boolean isHeldUp() {
		SubscriptionRun previous = this.previous;
		if (previous == null) {
			return false;
		}
		boolean held = !previous.isOver() && System.nanoTime() - this.previousEndsAt < 0;
		if (!held) {
			this.previous = null;
		}
		return held;
	}

	/**
	 * Whether nothing of this is under way any more, nor of what held it up until it was
	 * stopped again. From any thread.
	 */
	boolean isOver() {
		return !this.begun || (this.turns.isEnded() && this.deliveries.isOver() && !isHeldUp());
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

	/**
	 * Waits until the store knows where a new listener begins, unless that itself waits
	 * for the caller to end.
	 */
	void awaitFirstTurn(long end) throws InterruptedException {
		SubscriptionRun previous = this.previous;
		if (previous == null || !previous.isCalledFromWithin()) {
			this.loop.awaitFirstTurn(end);
		}
	}

	/**
	 * Waits for runs that begin to stop. Each is interrupted once it has waited too long
	 * for a store that is gone, so that many of them take no longer than one.
	 * @param end when to wait no longer, in nanoseconds
	 */
	static void awaitEnd(Collection<SubscriptionRun> runs, long end) throws InterruptedException {
		for (SubscriptionRun run : runs) {
			while (run.isUnderWay() && System.nanoTime() - end < 0) {
				run.turns.awaitEnd(LOOK_MILLIS);
				runs.forEach(SubscriptionRun::interruptIfDue);
			}
		}
	}

	private boolean isUnderWay() {
		return this.begun && !this.turns.isEnded();
	}

	private void interruptIfDue() {
		if (isUnderWay() && this.loop.isToBeInterrupted()) {
			this.turns.interrupt();
		}
	}

}
