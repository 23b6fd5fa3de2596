package io.github.kvevents.listener;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * Finds out whether the log still is the one that a listener read: entries may have been
 * removed before it read them, and a store that fails over, restarts or is emptied may
 * lose the end of its log, behind which new entries then have lower positions or other
 * contents.
 */
final class TruncationDetector {

	private final ChangeLogStore log;

	private final SharedPages pages;

	TruncationDetector(ChangeLogStore log, SharedPages pages) {
		this.log = log;
		this.pages = pages;
	}

	/**
	 * What the listeners of this instance read.
	 */
	SharedPages pages() {
		return this.pages;
	}

	/**
	 * How many entries of others a listener may leave unread until it looks anyway: far
	 * fewer than the log keeps of a partition.
	 */
	long maxUnread() {
		return Math.max(1, this.log.getSettings().maxLength() / 10);
	}

	LogState state(int partition) {
		return this.log.getState(partition);
	}

	/**
	 * Whether the store no longer has what was read, which isn't kept for other listeners
	 * then either.
	 * @param read up to where
	 */
	boolean isLost(LogState state, Checkpoint read) {
		boolean lost = isGone(state, read);
		if (lost) {
			this.pages.forget(read.position().partition());
		}
		return lost;
	}

	private boolean isGone(LogState state, Checkpoint read) {
		if (state.last().compareTo(read.position()) < 0 || state.added() < read.ordinal()) {
			return true;
		}
		if (read.operationId().isEmpty()) {
			return false;
		}
		if (read.cursor().isInFront(state)) {
			// it was removed, or this is a log in which it never was
			return read.cursor().isOfAnotherLog(state, Math.max(1, read.ordinal()));
		}
		return !read.operationId().equals(operationAt(read.position()));
	}

	/**
	 * Up to where this instance came, if the store no longer has that.
	 */
	@Nullable KvPosition lostAfter(LogState state, ProcessedHistory processed) {
		Checkpoint reached = processed.reached();
		return (reached != null && isLost(state, reached)) ? reached.position() : null;
	}

	/**
	 * Whether entries behind a position were removed before they were read.
	 */
	static boolean isTrimmed(LogState state, Checkpoint read) {
		PartitionCursor cursor = read.cursor();
		// entries that were deleted by hand behind the cursor are no truncation
		return cursor.isInFront(state) && cursor.isTrimmed(state);
	}

	/**
	 * Entries from the very one on that was read last, by which a log that was lost, or
	 * trimmed, is recognised before anything behind is taken for what comes next.
	 */
	ChangeLogStore.LogPage readOn(Checkpoint read, int limit) {
		return this.pages.readOn(read, limit);
	}

	/**
	 * The newest position that the listener passed and the log still has.
	 * @param checkpoint up to where it came
	 * @param processed what is known besides the history of the checkpoint
	 * @return {@code null} if there is none
	 */
	@Nullable Checkpoint agreed(LogState state, Checkpoint checkpoint, ProcessedHistory processed) {
		if (!isLost(state, checkpoint)) {
			return checkpoint;
		}
		int partition = checkpoint.position().partition();
		List<History.Mark> marks = processed.with(checkpoint.history())
			.stream()
			.filter((mark) -> !PartitionCursor.after(mark.in(partition), state).isInFront(state))
			.toList();
		// what comes before a position that both know is known to both, too
		int newest = 0;
		int end = marks.size();
		while (newest < end) {
			int middle = (newest + end) / 2;
			History.Mark mark = marks.get(middle);
			boolean known = mark.operationId().equals(operationAt(mark.in(partition)));
			newest = known ? newest : middle + 1;
			end = known ? middle : end;
		}
		if (newest == marks.size()) {
			return null;
		}
		History.Mark mark = marks.get(newest);
		KvPosition position = mark.in(partition);
		return new Checkpoint(position, mark.operationId(), Checkpoint.UNKNOWN, checkpoint.history().upTo(position));
	}

	/**
	 * Where to begin a partition that has no checkpoint: the listener is new, or the
	 * store lost it.
	 */
	Checkpoint start(LogState state, int partition, ProcessedHistory processed, StartAt startAt) {
		Checkpoint reached = processed.reached();
		Checkpoint agreed = (reached != null) ? agreed(state, reached, processed) : null;
		if (agreed != null) {
			return agreed;
		}
		return (startAt == StartAt.EARLIEST || reached != null) ? earliest(state, partition) : latest(state);
	}

	/**
	 * What is at a position.
	 * @return empty if there is no entry
	 */
	String operationAt(KvPosition position) {
		List<LoggedChange> found = this.log.readOn(position, 0).changes();
		return (!found.isEmpty() && found.get(0).position().equals(position)) ? found.get(0).operationId() : "";
	}

	/**
	 * The position in front of the first entry.
	 */
	static Checkpoint earliest(LogState state, int partition) {
		return Checkpoint.at(PartitionCursor.resolve(StartPosition.earliest(), partition, state), "", state.removed());
	}

	/**
	 * The position of the last entry.
	 */
	Checkpoint latest(LogState state) {
		return Checkpoint.at(state.last(), operationAt(state.last()), state.added());
	}

	/**
	 * Any position that there can be; one that isn't in the log counts as the end that is
	 * nearer.
	 */
	Checkpoint at(LogState state, KvPosition position) {
		requirePossible(position, state);
		if (position.compareTo(state.last()) >= 0) {
			return latest(state);
		}
		return Checkpoint.at(position, operationAt(position), Checkpoint.UNKNOWN);
	}

	private void requirePossible(KvPosition position, LogState state) {
		PartitionCursor.requirePossible(position, state.last(), this.log.millis());
	}

	/**
	 * Where a start means. What was trimmed is resumed from all the same: the listener
	 * reports the gap.
	 */
	Checkpoint at(LogState state, StartPosition start, int partition) {
		if (start.equals(StartPosition.earliest())) {
			return earliest(state, partition);
		}
		requirePossible(PartitionCursor.of(start, partition, () -> state).position(), state);
		try {
			return at(state, PartitionCursor.resolve(start, partition, state));
		}
		catch (PositionTrimmedException ex) {
			return Checkpoint.at(ex.getRequested(), "", Checkpoint.UNKNOWN);
		}
	}

}
