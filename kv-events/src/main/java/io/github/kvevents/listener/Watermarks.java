package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.store.LoggedChange;

/**
 * Up to which entry of a partition everything is done with, and up to which that is
 * committed. Guarded by the lock of its {@link DeliveryWindow}.
 */
final class Watermarks {

	private final ProcessedHistory processed;

	private final Deque<WindowEntry> entries = new ArrayDeque<>();

	private final List<KvPosition> deadLettered = new ArrayList<>();

	private Mark low;

	private Mark committed;

	private @Nullable KvPosition doneUpTo;

	/**
	 * Creates them at a checkpoint.
	 * @param processed receives each entry that is done with, in order
	 * @param settled positions that are no dead letters any more
	 */
	Watermarks(Checkpoint start, ProcessedHistory processed, Collection<KvPosition> settled) {
		this.processed = processed;
		this.low = new Mark(start.position(), start.operationId(), start.ordinal(), 0);
		this.committed = this.low;
		this.deadLettered.addAll(settled);
	}

	/**
	 * Adds an entry, which is done with if everything up to it was taken as that: also
	 * since it was selected.
	 */
	void add(WindowEntry entry) {
		entry.done |= isDone(entry.position);
		this.entries.add(entry);
		advance();
	}

	/**
	 * Moves the low watermark behind the entries that are done with.
	 */
	void advance() {
		WindowEntry first = this.entries.peek();
		while (first != null && first.done) {
			this.entries.poll();
			long handled = this.low.handled + (first.handled ? 1 : 0);
			// what is read behind a position up to which all was taken as done with
			boolean before = first.position.compareTo(this.low.position) < 0;
			this.low = before ? new Mark(this.low.position, this.low.operationId, this.low.ordinal, handled)
					: new Mark(first.position, first.operationId, first.ordinal, handled);
			this.processed.add(first.position, first.operationId);
			if (first.deadLettered) {
				this.deadLettered.add(first.position);
			}
			first = this.entries.peek();
		}
	}

	/**
	 * Takes everything up to a position as done with, also what is not read yet.
	 */
	void completeUpTo(Checkpoint checkpoint) {
		KvPosition position = checkpoint.position();
		if (this.doneUpTo == null || this.doneUpTo.compareTo(position) < 0) {
			this.doneUpTo = position;
		}
		for (WindowEntry entry : this.entries) {
			entry.done |= entry.position.compareTo(position) <= 0;
		}
		advance();
		if (this.low.position.compareTo(position) < 0) {
			this.low = new Mark(position, checkpoint.operationId(), checkpoint.ordinal(), this.low.handled);
		}
	}

	boolean isDone(KvPosition position) {
		return this.doneUpTo != null && position.compareTo(this.doneUpTo) <= 0;
	}

	/**
	 * Whether there is progress to commit that wasn't made by handling events.
	 */
	boolean isCompletedFromOutside() {
		return this.doneUpTo != null && !isCommitted(this.doneUpTo) && hasProgress();
	}

	boolean isCommitted(KvPosition position) {
		return this.committed.position.compareTo(position) >= 0;
	}

	/**
	 * How many events were handled up to what is committed.
	 */
	long committedEvents() {
		return this.committed.handled;
	}

	/**
	 * How many events were handled between the two.
	 */
	long uncommittedEvents() {
		return this.low.handled - this.committed.handled;
	}

	boolean hasProgress() {
		return !this.low.equals(this.committed);
	}

	/**
	 * What is to be written.
	 */
	Progress progress() {
		return new Progress(this.low, List.copyOf(this.deadLettered));
	}

	void committed(Progress progress) {
		this.committed = progress.mark;
		this.deadLettered.removeAll(progress.deadLettered);
	}

	/**
	 * The positions of dead letters, but for those of which that is committed already.
	 */
	List<KvPosition> deadLettered() {
		List<KvPosition> positions = new ArrayList<>(this.deadLettered);
		this.entries.stream().filter((entry) -> entry.deadLettered).forEach((entry) -> positions.add(entry.position));
		return positions;
	}

	/**
	 * An entry in a {@link DeliveryWindow}. It doesn't hold the values: many that were
	 * passed over may wait behind one that fails.
	 */
	static final class WindowEntry {

		final KvPosition position;

		final String operationId;

		final long ordinal;

		/** Whether it is for the handler, or passed over. */
		final boolean handled;

		/** How large its event is, which waits elsewhere. */
		final long bytes;

		boolean done;

		boolean deadLettered;

		boolean failed;

		WindowEntry(LoggedChange change, long ordinal, boolean handled) {
			this.position = change.position();
			this.operationId = change.operationId();
			this.ordinal = ordinal;
			this.handled = handled;
			this.bytes = change.bytes();
			this.done = !handled;
		}

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
