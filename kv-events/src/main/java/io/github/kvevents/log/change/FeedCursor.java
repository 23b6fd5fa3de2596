package io.github.kvevents.log.change;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.PartitionCursor;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.TailRead;

/**
 * How far one partition was read by the feed. It counts the entries, so that it finds out
 * what it missed also where reading went on behind it.
 */
final class FeedCursor {

	private KvPosition position;

	/**
	 * How many entries the log had ever taken up to the position; at least so many as
	 * long as that isn't known exactly.
	 */
	private long count;

	private boolean exact;

	/** Behind here everything up to the position is among the recent changes. */
	private KvPosition recentAfter;

	/**
	 * Begins at the end of the log.
	 */
	FeedCursor(LogState state) {
		this(state.last());
		this.count = state.added();
		this.exact = true;
	}

	/**
	 * Begins at a place up to which somebody has read the log to its end.
	 */
	FeedCursor(KvPosition position) {
		this.position = position;
		this.recentAfter = position;
		this.count = atLeast(position);
	}

	private static long atLeast(KvPosition position) {
		return (position.millis() > 0 || position.sequence() > 0) ? 1 : 0;
	}

	KvPosition position() {
		return this.position;
	}

	boolean hasRecentAfter(KvPosition position) {
		return position.compareTo(this.recentAfter) >= 0;
	}

	void forgot(KvPosition recent) {
		if (recent.compareTo(this.recentAfter) > 0) {
			this.recentAfter = recent;
		}
	}

	void advance(TailRead read) {
		this.position = read.last();
		this.count += read.count();
	}

	/**
	 * Compares with what the log holds. What was missed is left behind.
	 * @return the place behind which to read on, {@code null} if nothing was missed
	 */
	@Nullable KvPosition compare(LogState state) {
		int order = state.last().compareTo(this.position);
		if (order > 0) {
			return (isLost(state) || isCutOff(state)) ? resetToEarliest(state) : null;
		}
		if (order < 0 || state.added() < this.count || (this.exact && state.added() > this.count)) {
			return reset(state.last(), state.added(), true);
		}
		this.count = state.added();
		this.exact = true;
		return null;
	}

	/**
	 * Whether this is another log than the one that was read: it has taken fewer entries,
	 * or has none of those that were read and were not removed.
	 */
	private boolean isLost(LogState state) {
		return state.added() < this.count || (state.removed() < this.count && isInFront(this.position, state));
	}

	private static boolean isInFront(KvPosition position, LogState state) {
		return state.first() != null && position.compareTo(state.first()) < 0;
	}

	private boolean isCutOff(LogState state) {
		return this.exact ? state.removed() > this.count : state.isTrimmedAfter(this.position);
	}

	/**
	 * Leaves what was read of another log since behind, too.
	 */
	private KvPosition resetToEarliest(LogState state) {
		KvPosition earliest = PartitionCursor.earliest(state).behind();
		return (earliest.compareTo(this.position) < 0) ? reset(this.position, atLeast(this.position), false)
				: reset(earliest, state.removed(), true);
	}

	private KvPosition reset(KvPosition position, long count, boolean exact) {
		this.position = position;
		this.recentAfter = position;
		this.count = count;
		this.exact = exact;
		return position;
	}

}
