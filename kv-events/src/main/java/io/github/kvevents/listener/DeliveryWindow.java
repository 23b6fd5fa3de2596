package io.github.kvevents.listener;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Watermarks.Progress;
import io.github.kvevents.listener.Watermarks.WindowEntry;
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

	private final Watermarks watermarks;

	private @Nullable KvPosition highestStarted;

	private long admitted;

	private int open;

	private long openBytes;

	private boolean leaving;

	private boolean paused;

	/** Whether it was paused while it was given up, for good. */
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
		this.watermarks = new Watermarks(start, processed, settled);
	}

	/**
	 * How many more events may be handled.
	 */
	synchronized int room() {
		return (this.leaving || this.lost) ? 0
				: (int) (this.capacity - (this.admitted - this.watermarks.committedEvents()));
	}

	/**
	 * Adds an entry that is done with as it comes.
	 * @param deadLettered whether the owner before made it a dead letter
	 */
	synchronized void pass(LoggedChange change, long ordinal, boolean deadLettered) {
		WindowEntry entry = new WindowEntry(change, ordinal, false);
		entry.deadLettered = deadLettered;
		this.watermarks.add(entry);
	}

	/**
	 * Adds an entry that is to be handled.
	 */
	synchronized WindowEntry admit(LoggedChange change, long ordinal) {
		WindowEntry entry = new WindowEntry(change, ordinal, true);
		this.watermarks.add(entry);
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
		this.watermarks.advance();
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
		this.watermarks.completeUpTo(checkpoint);
	}

	/**
	 * Waits until the store knows that everything up to a position is done with.
	 * @return whether it does; not if the partition is lost, or that takes too long
	 */
	synchronized boolean awaitCommitted(KvPosition position, Duration timeout) throws InterruptedException {
		long left = Delay.of(timeout).nanos();
		long end = Delay.of(timeout).after(System.nanoTime());
		while (!this.lost && !this.watermarks.isCommitted(position) && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - System.nanoTime();
		}
		return !this.lost && this.watermarks.isCommitted(position);
	}

	synchronized boolean isDone(KvPosition position) {
		return this.watermarks.isDone(position);
	}

	private boolean isWorthCommitting() {
		return this.watermarks.uncommittedEvents() * 2 >= this.capacity;
	}

	/**
	 * Whether there is progress that should be written now: handled events, if they are
	 * many or the last for the moment.
	 */
	synchronized boolean isDue() {
		boolean handled = this.watermarks.uncommittedEvents() > 0;
		return !this.lost
				&& ((handled && (this.open == 0 || isWorthCommitting())) || this.watermarks.isCompletedFromOutside());
	}

	/**
	 * Whether what is due should be written at once.
	 */
	synchronized boolean isUrgent() {
		return isWorthCommitting() || this.watermarks.isCompletedFromOutside();
	}

	synchronized boolean hasProgress() {
		return this.watermarks.hasProgress();
	}

	/**
	 * What is to be written.
	 */
	synchronized Progress progress() {
		return this.watermarks.progress();
	}

	synchronized void committed(Progress progress) {
		this.watermarks.committed(progress);
		notifyAll();
	}

	/**
	 * The positions of dead letters, but for those of which that is committed already.
	 */
	synchronized List<KvPosition> deadLettered() {
		return this.watermarks.deadLettered();
	}

	/**
	 * Begins nothing new: the partition is given up, or read anew from another position.
	 * While the listener is paused not even what comes before one that was begun.
	 */
	synchronized void leave() {
		this.leaving = true;
		this.quiet |= this.paused;
	}

	/**
	 * The listener is paused: if the partition is given up, now or while that lasts,
	 * nothing of it is begun any more.
	 */
	synchronized void pause() {
		this.paused = true;
		this.quiet |= this.leaving;
	}

	/**
	 * The listener is paused no more.
	 */
	synchronized void resume() {
		this.paused = false;
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

}
