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
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * The entries of a partition between the checkpoint and what was read, and up to which of
 * them everything is done with. No more of them are handled than may come again after a
 * crash. Entries are added by the loop of the listener and end on the threads that handle
 * them.
 */
final class Window {

	private final int capacity;

	private final Passed passed;

	private final Deque<Slot> slots = new ArrayDeque<>();

	private final List<KvPosition> aside = new ArrayList<>();

	private Mark low;

	private Mark written;

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
	 * @param passed is told of each entry that is done with, in order
	 * @param settled places that count as put aside no longer
	 */
	Window(int capacity, Checkpoint start, Passed passed, Collection<KvPosition> settled) {
		this.capacity = capacity;
		this.passed = passed;
		this.low = new Mark(start.position(), start.operationId(), start.ordinal(), 0);
		this.written = this.low;
		this.aside.addAll(settled);
	}

	/**
	 * How many more events may be handled.
	 */
	synchronized int room() {
		return (this.leaving || this.lost) ? 0 : (int) (this.capacity - (this.admitted - this.written.handled));
	}

	/**
	 * Adds an entry that is done with as it comes.
	 * @param aside whether it was put aside by whoever had the partition before
	 */
	synchronized void pass(LoggedChange change, long ordinal, boolean aside) {
		Slot slot = new Slot(change, ordinal, false);
		slot.aside = aside;
		this.slots.add(slot);
		advance();
	}

	/**
	 * Adds an entry that is to be handled.
	 */
	synchronized Slot admit(LoggedChange change, long ordinal) {
		Slot slot = new Slot(change, ordinal, true);
		this.slots.add(slot);
		this.admitted++;
		this.open++;
		this.openBytes += slot.bytes;
		return slot;
	}

	/**
	 * Whether an entry is still to be handled; if not, it has ended. While the partition
	 * is given up only those are that come before one that was begun already: otherwise
	 * that one would come again elsewhere.
	 */
	synchronized boolean begin(Slot slot) {
		KvPosition position = slot.position;
		boolean behind = this.highestStarted == null || position.compareTo(this.highestStarted) > 0;
		if (slot.done || this.lost || (this.leaving && (this.quiet || behind || slot.failed))) {
			close(slot);
			return false;
		}
		this.highestStarted = behind ? position : this.highestStarted;
		return true;
	}

	/**
	 * An entry that was begun failed and is to be tried again.
	 */
	synchronized void failed(Slot slot) {
		slot.failed = true;
	}

	/**
	 * An entry that was begun is done with.
	 * @param aside whether it was put aside
	 * @return whether the loop should look: nothing is under way any more, or there is a
	 * good part to write
	 */
	synchronized boolean done(Slot slot, boolean aside) {
		slot.done = true;
		slot.aside = aside;
		close(slot);
		advance();
		return this.open == 0 || isWorthWriting();
	}

	/**
	 * An entry that was begun was not handled, because the listener stops.
	 */
	synchronized void abandon(Slot slot) {
		close(slot);
	}

	private void close(Slot slot) {
		this.open--;
		this.openBytes -= slot.bytes;
	}

	/**
	 * Takes everything up to a place as done with, also what is not read yet.
	 */
	synchronized void completeUpTo(Checkpoint place) {
		KvPosition position = place.position();
		if (this.doneUpTo == null || this.doneUpTo.compareTo(position) < 0) {
			this.doneUpTo = position;
		}
		for (Slot slot : this.slots) {
			slot.done |= slot.position.compareTo(position) <= 0;
		}
		advance();
		if (this.low.position.compareTo(position) < 0) {
			this.low = new Mark(position, place.operationId(), place.ordinal(), this.low.handled);
		}
	}

	/**
	 * Waits until the store knows that everything up to a place is done with.
	 * @return whether it does; not if the partition is lost, or that takes too long
	 */
	synchronized boolean awaitWritten(KvPosition position, Duration timeout) throws InterruptedException {
		long left = Delay.of(timeout).nanos();
		long end = Delay.of(timeout).after(System.nanoTime());
		while (!this.lost && this.written.position.compareTo(position) < 0 && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - System.nanoTime();
		}
		return !this.lost && this.written.position.compareTo(position) >= 0;
	}

	synchronized boolean isDone(KvPosition position) {
		return this.doneUpTo != null && position.compareTo(this.doneUpTo) <= 0;
	}

	private void advance() {
		Slot first = this.slots.peek();
		while (first != null && first.done) {
			this.slots.poll();
			long handled = this.low.handled + (first.handled ? 1 : 0);
			// what is read behind a place up to which all was taken as done with
			boolean before = first.position.compareTo(this.low.position) < 0;
			this.low = before ? new Mark(this.low.position, this.low.operationId, this.low.ordinal, handled)
					: new Mark(first.position, first.operationId, first.ordinal, handled);
			this.passed.add(first.position, first.operationId);
			if (first.aside) {
				this.aside.add(first.position);
			}
			first = this.slots.peek();
		}
	}

	private boolean isWorthWriting() {
		return (this.low.handled - this.written.handled) * 2 >= this.capacity;
	}

	/**
	 * Whether there is progress that should be written now: handled events, if they are
	 * many or the last for the moment.
	 */
	synchronized boolean isDue() {
		boolean handled = this.low.handled > this.written.handled;
		return (handled && (this.open == 0 || isWorthWriting())) || (this.doneUpTo != null && hasProgress());
	}

	synchronized boolean hasProgress() {
		return !this.low.equals(this.written);
	}

	/**
	 * What is to be written.
	 */
	synchronized Progress progress() {
		return new Progress(this.low, List.copyOf(this.aside));
	}

	synchronized void written(Progress progress) {
		this.written = progress.mark;
		this.aside.removeAll(progress.aside);
		notifyAll();
	}

	/**
	 * The places whose events were put aside, but for those of which that is written off
	 * already.
	 */
	synchronized List<KvPosition> aside() {
		List<KvPosition> places = new ArrayList<>(this.aside);
		this.slots.stream().filter((slot) -> slot.aside).forEach((slot) -> places.add(slot.position));
		return places;
	}

	/**
	 * Begins nothing new: the partition is given up, or read anew from another place.
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
	 * How many entries are queued, being handled or to be tried again.
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
	 * A place up to which everything is done with.
	 *
	 * @param handled how many events were handled up to there
	 */
	record Mark(KvPosition position, String operationId, long ordinal, long handled) {
	}

	/**
	 * What is to be written.
	 *
	 * @param aside places up to there whose events were put aside
	 */
	record Progress(Mark mark, List<KvPosition> aside) {

		Checkpoint toCheckpoint(Trail trail) {
			return new Checkpoint(this.mark.position, this.mark.operationId, this.mark.ordinal, trail);
		}

	}

}
