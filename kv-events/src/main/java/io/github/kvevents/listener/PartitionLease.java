package io.github.kvevents.listener;

import java.time.Duration;

import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.Watermarks.Progress;
import io.github.kvevents.support.Delay;

/**
 * The lease of a partition that this instance has: renews it and commits the progress,
 * until another instance takes it. Confined to the thread of the loop, where nothing else
 * is said.
 */
final class PartitionLease {

	/**
	 * How often to write checkpoints where events come one by one: a command for each of
	 * them would cost the store as much as to read it.
	 */
	private static final Delay PACE = Delay.ofMillis(20);

	private final ListenerMembership membership;

	private final Lease lease;

	private final ProcessedHistory processed;

	private volatile long endsAt;

	private volatile boolean paused;

	private boolean lost;

	/** When the next checkpoint may be written, unless it is urgent. */
	private long nextWriteAt;

	/** What is written, or is to be with the next checkpoint. */
	private History history;

	/**
	 * Creates an instance.
	 * @param acquiredAt when the lease was asked for
	 */
	PartitionLease(ListenerMembership membership, Lease lease, ProcessedHistory processed, History history,
			boolean paused, long acquiredAt) {
		this.membership = membership;
		this.lease = lease;
		this.processed = processed;
		this.history = history;
		this.paused = paused;
		this.nextWriteAt = acquiredAt;
		renewedAt(acquiredAt);
	}

	Lease lease() {
		return this.lease;
	}

	/**
	 * Whether nobody else can have taken the partition yet, as far as this instance's
	 * clock shows. From any thread.
	 */
	boolean isFresh() {
		return this.membership.now() - this.endsAt < 0;
	}

	private void renewedAt(long nanos) {
		this.endsAt = Delay.of(this.membership.lease()).after(nanos);
	}

	ProcessedHistory processed() {
		return this.processed;
	}

	/**
	 * How long the lease lasts after it was renewed.
	 */
	Duration length() {
		return this.membership.lease();
	}

	boolean isLost() {
		return this.lost;
	}

	boolean isPaused() {
		return this.paused;
	}

	void setPaused(boolean paused) {
		this.paused = paused;
	}

	/**
	 * Up to where everything is done with.
	 */
	Checkpoint reached(DeliveryWindow window) {
		return window.progress().toCheckpoint(this.history);
	}

	/**
	 * Takes note that the store was asked to renew the lease.
	 * @param now when it was asked
	 * @param kept what it said
	 * @return whether this instance still has the partition
	 */
	boolean renewed(long now, Kept kept) {
		this.lost = this.lost || kept == Kept.LOST;
		if (this.lost) {
			return false;
		}
		renewedAt(now);
		this.paused = kept == Kept.PAUSED;
		return true;
	}

	/**
	 * Renews the lease, and commits the progress if there is any.
	 * @param quiet whether this instance begins no event since it knows of a pause
	 * @return whether this instance still has the partition
	 */
	boolean renew(DeliveryWindow window, boolean quiet) {
		return keep(window, this.history, window.hasProgress(), quiet);
	}

	/**
	 * For how long the next checkpoint waits.
	 */
	Delay untilWrite() {
		return Delay.ofNanos(Math.max(0, this.nextWriteAt - this.membership.now()));
	}

	/**
	 * Commits the progress of the listener.
	 * @return whether this instance still has the partition
	 */
	boolean write(DeliveryWindow window) {
		return keep(window, this.history, true, false);
	}

	/**
	 * Commits that the listener resumes from another position.
	 * @param window what begins there
	 * @return whether this instance still has the partition
	 */
	boolean move(DeliveryWindow window, Checkpoint to) {
		boolean kept = keep(window, to.history(), true, false);
		if (kept) {
			this.processed.resumeFrom(to.position());
		}
		return kept;
	}

	private boolean keep(DeliveryWindow window, History history, boolean write, boolean quiet) {
		Progress progress = window.progress();
		History longer = write ? history.with(progress.mark().position(), progress.mark().operationId()) : history;
		long now = this.membership.now();
		Kept kept = this.membership.keep(this.lease, write ? progress.toCheckpoint(longer) : null,
				progress.deadLettered(), quiet);
		if (!renewed(now, kept)) {
			return false;
		}
		if (write) {
			this.history = longer;
			this.nextWriteAt = PACE.after(now);
			window.committed(progress);
			this.processed.reached(progress.toCheckpoint(longer));
		}
		return true;
	}

	/**
	 * Says that nothing is begun any more, since the partition is lost.
	 */
	void obey() {
		this.membership.obey(this.lease);
	}

	/**
	 * Gives the partition back.
	 */
	void release() {
		this.membership.release(this.lease);
	}

}
