package io.github.kvevents.listener;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.PartitionReader.Missing;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.support.Delay;

/**
 * A partition that this instance has for a listener: reads on, queues what is to be
 * handled and commits the progress. Confined to the thread of the loop, where nothing
 * else is said.
 */
final class AssignedPartition {

	private final PartitionLease held;

	private final PartitionReader reader;

	private final PartitionQueue queue;

	private final PendingDeliveries deliveries;

	private final GapReporter gaps;

	private final Runnable wakeLoop;

	private volatile boolean reportingGap;

	/** When this instance says that it begins nothing any more, if it is to. */
	private @Nullable Long obeyAt;

	/**
	 * Creates an instance.
	 * @param reader at the checkpoint
	 * @param queue empty
	 */
	AssignedPartition(PartitionLease held, PartitionReader reader, PartitionQueue queue, PendingDeliveries deliveries,
			GapReporter gaps, Runnable wakeLoop) {
		this.held = held;
		this.reader = reader;
		this.queue = queue;
		this.deliveries = deliveries;
		this.gaps = gaps;
		this.wakeLoop = wakeLoop;
	}

	PartitionLease held() {
		return this.held;
	}

	/**
	 * What isn't done with. From any thread, where that says so.
	 */
	PartitionQueue queue() {
		return this.queue;
	}

	private DeliveryWindow window() {
		return this.queue.window();
	}

	/**
	 * Looks whether the log is the one that the checkpoint speaks of, and writes down
	 * where a listener begins that is new.
	 * @param lostAfter what this instance had reached when the store lost it, if it did
	 */
	void begin(boolean anew, @Nullable KvPosition lostAfter) {
		look(this.reader.state());
		this.held.processed().resumeFrom(this.reader.checkpoint().position());
		// if that fails all is retried, and the gap is still to be reported
		if (anew && !write()) {
			return;
		}
		this.held.processed().reached(this.reader.checkpoint());
		if (lostAfter != null && this.reader.missing() == null) {
			reportGap(lostAfter);
		}
	}

	/**
	 * What this instance has, if there is nothing to write but that it has it.
	 */
	@Nullable Lease idleLease() {
		return (isLost() || window().hasProgress()) ? null : this.held.lease();
	}

	/**
	 * The store was asked to renew the lease. Looks as {@link #renew} does.
	 * @param now when it was asked
	 * @param kept what it said
	 */
	void renewed(long now, Kept kept, @Nullable KvPosition end) {
		renewed(end, this.held.renewed(now, kept));
	}

	/**
	 * Renews the lease, and looks whether the log still is the one that was read.
	 * @param end where the feed saw it end, {@code null} if it doesn't know: who has read
	 * up to there need not look
	 * @param quiet whether this instance begins no event since it knows of a pause
	 */
	void renew(@Nullable KvPosition end, boolean quiet) {
		if (!isLost()) {
			renewed(end, this.held.renew(window(), quiet));
		}
	}

	private void renewed(@Nullable KvPosition end, boolean kept) {
		if (!hasKept(kept)) {
			return;
		}
		pauseWindow(isPaused());
		if (!this.reader.isAt(end)) {
			look(this.reader.fetchState());
		}
	}

	private boolean write() {
		return hasKept(this.held.write(window()));
	}

	private boolean hasKept(boolean kept) {
		if (!kept) {
			if (window().hasProgress()) {
				this.held.processed().reached(this.held.reached(window()));
			}
			// the next owner finds out by itself where to resume
			lose();
		}
		return kept;
	}

	/**
	 * Begins nothing any more, since this instance lost the partition or the listener was
	 * removed, and is to say so.
	 */
	void lose() {
		this.reader.end();
		window().lose();
		if (this.obeyAt == null) {
			this.obeyAt = this.deliveries.reachedAt();
		}
	}

	/**
	 * Says that nothing of a lost partition is begun any more, once what was let through
	 * before has ended or must have reached its handler.
	 * @return when to look again
	 */
	Delay obey() {
		if (this.obeyAt == null) {
			return Delay.NEVER;
		}
		Delay pause = isIdle() ? Delay.NONE : this.deliveries.until(this.obeyAt);
		if (pause.nanos() > 0) {
			return pause;
		}
		this.held.obey();
		this.obeyAt = null;
		return Delay.NEVER;
	}

	private void look(LogState state) {
		this.reader.look(state, !this.reportingGap);
		leaveWhatIsLost();
	}

	/**
	 * What was read and the store lost isn't begun any more.
	 */
	private void leaveWhatIsLost() {
		if (this.reader.missing() == Missing.LOST) {
			window().leave();
		}
	}

	/**
	 * Writes what is to be written, reads and queues.
	 * @param end where the feed saw the log end, {@code null} if it doesn't know
	 * @return whether there is more to do at once
	 */
	boolean turn(@Nullable KvPosition end) {
		if (isLost() || (isToWrite() && !write())) {
			return false;
		}
		if (isPaused() || this.reportingGap) {
			return false;
		}
		Missing missing = this.reader.missing();
		if (missing != null && this.reader.isEmpty()) {
			restart(missing);
			return false;
		}
		this.queue.fill();
		if (!this.reader.isEmpty() || missing != null || window().isLeaving() || this.reader.isAt(end)) {
			return false;
		}
		boolean more = this.reader.read();
		leaveWhatIsLost();
		this.queue.fill();
		return more && this.reader.isEmpty();
	}

	private boolean isToWrite() {
		return window().isUrgent() || untilWrite().nanos() == 0;
	}

	/**
	 * When to write what was handled.
	 */
	Delay untilWrite() {
		return (!isLost() && window().isDue()) ? this.held.untilWrite() : Delay.NEVER;
	}

	/**
	 * Resumes from another position, once nothing is in flight any more.
	 */
	private void restart(Missing missing) {
		if (window().open() > 0) {
			return;
		}
		Checkpoint reached = this.held.reached(window());
		Checkpoint earliest = this.reader.resumePoint(reached, this.held.processed());
		boolean skipped = missing == Missing.TRIMMED && earliest.position().compareTo(reached.position()) < 0;
		Checkpoint to = skipped ? reached : earliest;
		Set<KvPosition> settled = this.queue.settled(missing == Missing.LOST);
		DeliveryWindow next = this.queue.windowAt(to, settled);
		if (!hasKept(this.held.move(next, to))) {
			return;
		}
		KvPosition after = (missing == Missing.LOST) ? reached.position() : this.reader.checkpoint().position();
		this.queue.resumeFrom(to, next, settled);
		if (!skipped) {
			reportGap(after);
		}
	}

	/**
	 * Reports changes that were missed, before anything behind them is read.
	 */
	private void reportGap(KvPosition after) {
		this.reportingGap = true;
		Runnable report = this.gaps.report(this.held.lease().partition(), after, this.reader.checkpoint().position());
		this.deliveries.execute(() -> {
			report.run();
			this.reportingGap = false;
			this.wakeLoop.run();
		});
	}

	boolean isLost() {
		return this.held.isLost();
	}

	boolean isLeaving() {
		return window().isLeaving() && this.reader.missing() == null;
	}

	boolean isPaused() {
		return this.held.isPaused();
	}

	/**
	 * Takes note of a pause or its end. From any thread.
	 */
	void setPaused(boolean paused) {
		this.held.setPaused(paused);
		pauseWindow(paused);
	}

	private void pauseWindow(boolean paused) {
		if (paused) {
			window().pause();
		}
		else {
			window().resume();
		}
	}

	/**
	 * Whether nothing is under way any more.
	 */
	boolean isIdle() {
		return window().open() == 0;
	}

	/**
	 * Commits the progress and releases the partition. Where a handler doesn't end, the
	 * lease has to: until then nobody else may handle what comes behind.
	 */
	void release() {
		if (!isLost() && (!window().hasProgress() || write()) && isIdle()) {
			this.held.release();
		}
	}

}
