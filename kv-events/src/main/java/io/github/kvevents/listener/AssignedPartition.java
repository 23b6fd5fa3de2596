package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.DeliveryPolicy.Choice;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.PartitionReader.Missing;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * A partition that this instance has for a listener: reads on, queues what is to be
 * handled and commits the progress. Confined to the thread of the loop, where nothing
 * else is said.
 */
final class AssignedPartition {

	private final PendingDeliveries deliveries;

	private final DeliveryPolicy policy;

	private final GapReporter gaps;

	private final long maxOpenBytes;

	private final PartitionLease held;

	private final PartitionReader reader;

	private final ProcessedHistory processed;

	private final Set<KvPosition> deadLetteredBefore;

	private volatile DeliveryWindow window;

	private volatile boolean reportingGap;

	private volatile boolean moved;

	/**
	 * Creates an instance.
	 * @param reader at the checkpoint
	 * @param deadLetteredBefore positions behind the checkpoint that the owner before
	 * made dead letters
	 * @param maxOpenBytes how large the events may be that are queued or in flight
	 */
	AssignedPartition(PartitionLease held, PartitionReader reader, Set<KvPosition> deadLetteredBefore,
			PendingDeliveries deliveries, DeliveryPolicy policy, GapReporter gaps, long maxOpenBytes) {
		this.held = held;
		this.reader = reader;
		this.deliveries = deliveries;
		this.policy = policy;
		this.gaps = gaps;
		this.maxOpenBytes = maxOpenBytes;
		this.processed = held.processed();
		this.deadLetteredBefore = new HashSet<>(deadLetteredBefore);
		this.window = new DeliveryWindow(policy.windowSize(), reader.checkpoint(), this.processed, Set.of());
	}

	PartitionLease held() {
		return this.held;
	}

	/**
	 * Looks whether the log is the one that the checkpoint speaks of, and writes down
	 * where a listener begins that is new.
	 * @param lostAfter what this instance had reached when the store lost it, if it did
	 */
	void begin(boolean anew, @Nullable KvPosition lostAfter) {
		look(this.reader.state());
		this.processed.resumeFrom(this.reader.checkpoint().position());
		// if that fails all is retried, and the gap is still to be reported
		if (anew && !write()) {
			return;
		}
		this.processed.reached(this.reader.checkpoint());
		if (lostAfter != null && this.reader.missing() == null) {
			reportGap(lostAfter);
		}
	}

	/**
	 * What this instance has, if there is nothing to write but that it has it.
	 */
	@Nullable Lease idleLease() {
		return (isLost() || this.window.hasProgress()) ? null : this.held.lease();
	}

	/**
	 * The store was asked to renew the lease. Looks as {@link #renew} does.
	 * @param now when it was asked
	 * @param kept what it said
	 */
	void renewed(long now, Kept kept, @Nullable KvPosition end) {
		lookUnlessAt(end, hasKept(this.held.renewed(now, kept)));
	}

	/**
	 * Renews the lease, and looks whether the log still is the one that was read.
	 * @param end where the feed saw it end, {@code null} if it doesn't know: who has read
	 * up to there need not look
	 * @param quiet whether this instance begins no event since it knows of a pause
	 */
	void renew(@Nullable KvPosition end, boolean quiet) {
		if (!isLost()) {
			lookUnlessAt(end, hasKept(this.held.renew(this.window, quiet)));
		}
	}

	private void lookUnlessAt(@Nullable KvPosition end, boolean kept) {
		if (kept && !this.reader.isAt(end)) {
			look(this.reader.fetchState());
		}
	}

	private boolean write() {
		return hasKept(this.held.write(this.window));
	}

	private boolean hasKept(boolean kept) {
		if (!kept) {
			if (this.window.hasProgress()) {
				this.processed.reached(this.held.reached(this.window));
			}
			// the next owner finds out by itself where to resume
			lose();
		}
		return kept;
	}

	/**
	 * Begins nothing any more, since this instance lost the partition or the listener was
	 * removed, and says so.
	 */
	void lose() {
		this.reader.end();
		this.window.lose();
		this.deliveries.awaitLetThrough();
		this.held.obey();
	}

	/**
	 * Begins nothing of this position any more, since the checkpoint was moved. From any
	 * thread.
	 */
	void moved() {
		this.moved = true;
		this.window.lose();
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
			this.window.leave();
		}
	}

	/**
	 * Writes what is to be written, reads and queues.
	 * @param end where the feed saw the log end, {@code null} if it doesn't know
	 * @return whether there is more to do at once
	 */
	boolean turn(@Nullable KvPosition end) {
		if (isLost() || (this.window.isDue() && !write())) {
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
		queue();
		if (!this.reader.isEmpty() || missing != null || this.window.isLeaving() || this.reader.isAt(end)) {
			return false;
		}
		boolean more = this.reader.read();
		leaveWhatIsLost();
		queue();
		return more && this.reader.isEmpty();
	}

	/**
	 * Resumes from another position, once nothing is in flight any more.
	 */
	private void restart(Missing missing) {
		if (this.window.open() > 0) {
			return;
		}
		Checkpoint reached = this.held.reached(this.window);
		Checkpoint earliest = this.reader.resumePoint(reached, this.processed);
		boolean skipped = missing == Missing.TRIMMED && earliest.position().compareTo(reached.position()) < 0;
		Checkpoint to = skipped ? reached : earliest;
		Set<KvPosition> marks = new HashSet<>(this.window.deadLettered());
		if (missing == Missing.LOST) {
			// what is at these positions from now on is no dead letter
			marks.addAll(this.deadLetteredBefore);
		}
		DeliveryWindow next = new DeliveryWindow(this.policy.windowSize(), to, this.processed, marks);
		if (!hasKept(this.held.move(next, to))) {
			return;
		}
		KvPosition after = (missing == Missing.LOST) ? reached.position() : this.reader.checkpoint().position();
		this.deadLetteredBefore.removeAll(marks);
		begin(next, to);
		if (!skipped) {
			reportGap(after);
		}
	}

	private void begin(DeliveryWindow next, Checkpoint to) {
		this.window = next;
		if (this.moved) {
			next.lose();
		}
		this.reader.resumeFrom(to);
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
			this.policy.wakeLoop();
		});
	}

	private void queue() {
		List<Delivery> admitted = new ArrayList<>();
		while (!this.reader.isEmpty() && hasRoom()) {
			LoggedChange next = this.reader.next();
			boolean deadLettered = this.deadLetteredBefore.contains(next.position());
			Choice choice = (deadLettered || this.window.isDone(next.position())) ? Choice.DONE
					: this.policy.choose(next);
			if (choice == Choice.NO || choice == Choice.DONE) {
				this.window.pass(next, this.reader.ordinal(), deadLettered);
			}
			else {
				admitted.add(new Delivery(this, this.window, this.window.admit(next, this.reader.ordinal()), next,
						this.policy.key(next), choice, this.policy));
			}
		}
		this.deliveries.submit(admitted);
	}

	/**
	 * Whether one more event may wait: few large ones take as much memory as many small
	 * ones. One may always.
	 */
	private boolean hasRoom() {
		return this.window.room() > 0 && (this.window.open() == 0 || this.window.openBytes() < this.maxOpenBytes);
	}

	/**
	 * Takes everything up to a position as done with. From any thread.
	 */
	void completeUpTo(Checkpoint checkpoint) {
		this.window.completeUpTo(checkpoint);
	}

	/**
	 * Waits until the store knows that everything up to a position is done with. From any
	 * thread.
	 * @return whether it does; not if this instance lost the partition, or that takes
	 * longer than a lease
	 */
	boolean awaitCommitted(KvPosition position) throws InterruptedException {
		return this.window.awaitCommitted(position, this.held.length());
	}

	/**
	 * Begins nothing more, or only what comes before an event that was begun.
	 */
	void leave() {
		if (isPaused()) {
			this.window.leaveQuietly();
		}
		else {
			this.window.leave();
		}
	}

	boolean isLost() {
		return this.held.isLost();
	}

	boolean isLeaving() {
		return this.window.isLeaving() && this.reader.missing() == null;
	}

	boolean isPaused() {
		return this.held.isPaused();
	}

	void setPaused(boolean paused) {
		this.held.setPaused(paused);
	}

	/**
	 * Whether nothing is under way any more.
	 */
	boolean isIdle() {
		return this.window.open() == 0;
	}

	/**
	 * Commits the progress and releases the partition. Where a handler doesn't end, the
	 * lease has to: until then nobody else may handle what comes behind.
	 */
	void release() {
		if (!isLost() && (!this.window.hasProgress() || write()) && isIdle()) {
			this.held.release();
		}
	}

	/**
	 * How many entries are not done with, as far as is known. From any thread.
	 */
	long lag() {
		return Checkpoint.lag(this.reader.state(), this.window.progress().toCheckpoint(History.EMPTY));
	}

}
