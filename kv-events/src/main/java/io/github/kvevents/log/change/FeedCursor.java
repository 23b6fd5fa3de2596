package io.github.kvevents.log.change;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;

/**
 * Up to where the feed has read one partition. It counts the entries, so that it finds
 * out what it missed also where reading has passed the gap.
 */
final class FeedCursor {

	private PartitionCursor read;

	/**
	 * How many entries the log had ever taken up to here, at least; exactly that many if
	 * the cursor is counted.
	 */
	private long atLeast;

	/** Behind here everything up to the position is among the recent changes. */
	private KvPosition recentAfter;

	/**
	 * Begins where somebody has read the log to its end.
	 */
	FeedCursor(PartitionCursor read) {
		this.read = read;
		this.recentAfter = read.position();
		this.atLeast = atLeast(read);
	}

	private static long atLeast(PartitionCursor read) {
		if (read.isCounted()) {
			return read.at().count();
		}
		return (read.position().millis() > 0 || read.position().sequence() > 0) ? 1 : 0;
	}

	KvPosition position() {
		return this.read.position();
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
		this.read = this.read.next(read.last(), read.count());
		this.atLeast += read.count();
	}

	/**
	 * Compares with what the log holds, and skips what was missed.
	 * @return the position behind which to read on, {@code null} if nothing was missed
	 */
	@Nullable KvPosition compare(LogState state) {
		int order = state.last().compareTo(position());
		if (order > 0) {
			boolean missed = this.read.isOfAnotherLog(state, this.atLeast) || this.read.isTrimmed(state);
			return missed ? resetToEarliest(state) : null;
		}
		boolean same = order == 0 && state.added() >= this.atLeast
				&& (!this.read.isCounted() || state.added() == this.atLeast);
		if (!same) {
			return reset(PartitionCursor.end(state));
		}
		this.read = PartitionCursor.end(state);
		this.atLeast = state.added();
		return null;
	}

	/**
	 * Skips what was read of another log meanwhile, too.
	 */
	private KvPosition resetToEarliest(LogState state) {
		KvPosition earliest = PartitionCursor.earliest(state).behind();
		return reset((earliest.compareTo(position()) < 0) ? new PartitionCursor(ReadPosition.after(position()))
				: PartitionCursor.after(earliest, state));
	}

	private KvPosition reset(PartitionCursor to) {
		this.read = to;
		this.recentAfter = to.position();
		this.atLeast = atLeast(to);
		return to.position();
	}

}
