package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * The entries of a partition between the checkpoint and what was read, and up to which of
 * them everything is done with. No more of them are handled than may be redelivered after
 * a crash. Entries are added by the loop of the listener and end on the threads that
 * handle them.
 */
final class DeliveryWindow {

	private final int capacity;

	private final ProcessedHistory processed;

	private final Deque<WindowEntry> entries = new ArrayDeque<>();

	private final List<KvPosition> deadLettered = new ArrayList<>();

	private Mark lowWatermark;

	private Mark committed;

	private @Nullable KvPosition doneUpTo;

	private @Nullable KvPosition highestStarted;

	private long admitted;

	private int open;

	private long openBytes;

	private boolean leaving;

	private boolean quiet;

	private boolean lost;

	/**
	 * Creates a window.
	 * @param capacity how many events may be handled beyond the checkpoint
	 * @param start the checkpoint
	 * @param processed receives each entry that is done with, in order
	 * @param settled positions that are no dead letters any more
	 */
	DeliveryWindow(int capacity, Checkpoint start, ProcessedHistory processed, Collection<KvPosition> settled) {
		this.capacity = capacity;
		this.processed = processed;
		this.lowWatermark = new Mark(start.position(), start.operationId(), start.ordinal(), 0);
		this.committed = this.lowWatermark;
		this.deadLettered.addAll(settled);
	}

	/**
	 * How many more events may be handled.
	 */
	synchronized int room() {
		return (this.leaving || this.lost) ? 0 : (int) (this.capacity - (this.admitted - this.committed.handled));
	}

	/**
	 * Adds an entry that is done with as it comes.
	 * @param deadLettered whether the owner before made it a dead letter
	 */
	synchronized void pass(LoggedChange change, long ordinal, boolean deadLettered) {
		WindowEntry entry = new WindowEntry(change, ordinal, false);
		entry.deadLettered = deadLettered;
		this.entries.add(entry);
		advance();
	}

	/**
	 * Adds an entry that is to be handled.
	 */
	synchronized WindowEntry admit(LoggedChange change, long ordinal) {
		WindowEntry entry = new WindowEntry(change, ordinal, true);
		this.entries.add(entry);
		this.admitted++;
		this.open++;
		this.openBytes += entry.bytes;
		return entry;
	}

	/**
	 * Whether an entry is still to be handled; if not, it has ended. While the partition
	 * is given up only those are that come before one that was begun already: otherwise
	 * that one would be redelivered elsewhere.
	 */
	synchronized boolean begin(WindowEntry entry) {
		KvPosition position = entry.position;
		boolean behind = this.highestStarted == null || position.compareTo(this.highestStarted) > 0;
		if (entry.done || this.lost || (this.leaving && (this.quiet || behind || entry.failed))) {
			close(entry);
			return false;
		}
		this.highestStarted = behind ? position : this.highestStarted;
		return true;
	}

	/**
	 * An entry that was begun failed and is to be retried.
	 */
	synchronized void failed(WindowEntry entry) {
		entry.failed = true;
	}

	/**
	 * An entry that was begun is done with.
	 * @param deadLettered whether it became a dead letter
	 * @return whether the loop should look: nothing is under way any more, or there is a
	 * good part to write
	 */
	synchronized boolean done(WindowEntry entry, boolean deadLettered) {
		entry.done = true;
		entry.deadLettered = deadLettered;
		close(entry);
		advance();
		return this.open == 0 || isWorthCommitting();
	}

	/**
	 * An entry that was begun was not handled, because the listener stops.
	 */
	synchronized void abandon(WindowEntry entry) {
		close(entry);
	}

	private void close(WindowEntry entry) {
		this.open--;
		this.openBytes -= entry.bytes;
	}

	/**
	 * Takes everything up to a position as done with, also what is not read yet.
	 */
	synchronized void completeUpTo(Checkpoint checkpoint) {
		KvPosition position = checkpoint.position();
		if (this.doneUpTo == null || this.doneUpTo.compareTo(position) < 0) {
			this.doneUpTo = position;
		}
		for (WindowEntry entry : this.entries) {
			entry.done |= entry.position.compareTo(position) <= 0;
		}
		advance();
		if (this.lowWatermark.position.compareTo(position) < 0) {
			this.lowWatermark = new Mark(position, checkpoint.operationId(), checkpoint.ordinal(),
					this.lowWatermark.handled);
		}
	}

	/**
	 * Waits until the store knows that everything up to a position is done with.
	 * @return whether it does; not if the partition is lost, or that takes too long
	 */
	synchronized boolean awaitCommitted(KvPosition position, Duration timeout) throws InterruptedException {
		long left = Delay.of(timeout).nanos();
		long end = Delay.of(timeout).after(System.nanoTime());
		while (!this.lost && this.committed.position.compareTo(position) < 0 && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - System.nanoTime();
		}
		return !this.lost && this.committed.position.compareTo(position) >= 0;
	}

	synchronized boolean isDone(KvPosition position) {
		return this.doneUpTo != null && position.compareTo(this.doneUpTo) <= 0;
	}

	private void advance() {
		WindowEntry first = this.entries.peek();
		while (first != null && first.done) {
			this.entries.poll();
			long handled = this.lowWatermark.handled + (first.handled ? 1 : 0);
			// what is read behind a position up to which all was taken as done with
			boolean before = first.position.compareTo(this.lowWatermark.position) < 0;
			this.lowWatermark = before ? new Mark(this.lowWatermark.position, this.lowWatermark.operationId,
					this.lowWatermark.ordinal, handled)
					: new Mark(first.position, first.operationId, first.ordinal, handled);
			this.processed.add(first.position, first.operationId);
			if (first.deadLettered) {
				this.deadLettered.add(first.position);
			}
			first = this.entries.peek();
		}
	}

	private boolean isWorthCommitting() {
		return (this.lowWatermark.handled - this.committed.handled) * 2 >= this.capacity;
	}

	/**
	 * Whether there is progress that should be written now: handled events, if they are
	 * many or the last for the moment.
	 */
	synchronized boolean isDue() {
		boolean handled = this.lowWatermark.handled > this.committed.handled;
		return (handled && (this.open == 0 || isWorthCommitting())) || (this.doneUpTo != null && hasProgress());
	}

	synchronized boolean hasProgress() {
		return !this.lowWatermark.equals(this.committed);
	}

	/**
	 * What is to be written.
	 */
	synchronized Progress progress() {
		return new Progress(this.lowWatermark, List.copyOf(this.deadLettered));
	}

	synchronized void committed(Progress progress) {
		this.committed = progress.mark;
		this.deadLettered.removeAll(progress.deadLettered);
		notifyAll();
	}

	/**
	 * The positions of dead letters, but for those of which that is committed already.
	 */
	synchronized List<KvPosition> deadLettered() {
		List<KvPosition> positions = new ArrayList<>(this.deadLettered);
		this.entries.stream().filter((entry) -> entry.deadLettered).forEach((entry) -> positions.add(entry.position));
		return positions;
	}

	/**
	 * Begins nothing new: the partition is given up, or read anew from another position.
	 */
	synchronized void leave() {
		this.leaving = true;
	}

	/**
	 * Begins nothing any more while the partition is given up, not even what comes before
	 * one that was begun: the listener is paused.
	 */
	synchronized void leaveQuietly() {
		this.leaving = true;
		this.quiet = true;
	}

	/**
	 * Begins nothing any more, and what ends counts for nothing: another instance has the
	 * partition.
	 */
	synchronized void lose() {
		this.lost = true;
		notifyAll();
	}

	synchronized boolean isLeaving() {
		return this.leaving || this.lost;
	}

	/**
	 * How many entries are queued, in flight or waiting for a retry.
	 */
	synchronized int open() {
		return this.open;
	}

	/**
	 * How many bytes of values those have.
	 */
	synchronized long openBytes() {
		return this.openBytes;
	}

	/**
	 * A position up to which everything is done with.
	 *
	 * @param handled how many events were handled up to there
	 */
	record Mark(KvPosition position, String operationId, long ordinal, long handled) {
	}

	/**
	 * What is to be written.
	 *
	 * @param deadLettered positions of the dead letters up to there
	 */
	record Progress(Mark mark, List<KvPosition> deadLettered) {

		Checkpoint toCheckpoint(History history) {
			return new Checkpoint(this.mark.position, this.mark.operationId, this.mark.ordinal, history);
		}

	}

}
