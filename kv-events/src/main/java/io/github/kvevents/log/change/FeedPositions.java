package io.github.kvevents.log.change;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;

/**
 * Up to where the feed has read each partition, and what it read last. Guarded by the
 * lock of the feed.
 */
final class FeedPositions {

	private static final int RECENT_CHANGES = 1000;

	private final Map<Integer, FeedCursor> cursors = new TreeMap<>();

	private final RecentChanges recent = new RecentChanges(RECENT_CHANGES,
			(position) -> cursor(position.partition()).forgot(position));

	boolean hasBegun(int partition) {
		return this.cursors.containsKey(partition);
	}

	/**
	 * Begins the partitions that the feed has not begun.
	 */
	void begin(Map<Integer, PartitionCursor> positions) {
		positions.forEach((partition, position) -> this.cursors.putIfAbsent(partition, new FeedCursor(position)));
	}

	void beginAtEnd(int partition, LogState state) {
		this.cursors.put(partition, new FeedCursor(PartitionCursor.end(state)));
	}

	void clear() {
		this.cursors.clear();
		this.recent.clear();
	}

	Map<Integer, KvPosition> positions() {
		Map<Integer, KvPosition> positions = new TreeMap<>();
		this.cursors.forEach((partition, cursor) -> positions.put(partition, cursor.position()));
		return positions;
	}

	KvPosition position(int partition) {
		return cursor(partition).position();
	}

	private FeedCursor cursor(int partition) {
		FeedCursor cursor = this.cursors.get(partition);
		Assert.notNull(cursor, () -> "The change log has no partition " + partition);
		return cursor;
	}

	/** Whether what was read behind all of these is known still. */
	boolean hasRecentAfter(Collection<KvPosition> positions) {
		return positions.stream().allMatch((position) -> cursor(position.partition()).hasRecentAfter(position));
	}

	/**
	 * What was read behind a position that isn't the last; with the end, whatever is
	 * there.
	 */
	TailRead readBehind(KvPosition position) {
		List<LoggedChange> changes = this.recent.behind(position);
		KvPosition end = position(position.partition());
		boolean complete = !changes.isEmpty() && changes.get(changes.size() - 1).position().equals(end);
		return new TailRead(changes, complete ? List.of() : List.of(end));
	}

	void advance(TailRead read) {
		cursor(read.last().partition()).advance(read);
		this.recent.add(read.changes());
	}

	/**
	 * Compares with what a partition holds. What was missed is left behind.
	 * @return the position behind which to read on, {@code null} if nothing was missed
	 */
	@Nullable KvPosition compare(int partition, LogState state) {
		KvPosition to = cursor(partition).compare(state);
		if (to != null) {
			this.recent.forget(partition);
		}
		return to;
	}

	/**
	 * The changes that the feed read last. Who joins while others write is always a
	 * little behind: it gets these.
	 */
	private static final class RecentChanges {

		private final Deque<LoggedChange> changes = new ArrayDeque<>();

		private final int capacity;

		private long bytes;

		private final Consumer<KvPosition> onForget;

		RecentChanges(int capacity, Consumer<KvPosition> onForget) {
			this.capacity = capacity;
			this.onForget = onForget;
		}

		void add(List<LoggedChange> changes) {
			for (LoggedChange change : changes) {
				this.changes.add(change);
				this.bytes += change.bytes();
			}
			while (this.changes.size() > this.capacity || this.bytes > PageSize.readAheadBytes(1)) {
				LoggedChange forgotten = this.changes.removeFirst();
				this.bytes -= forgotten.bytes();
				this.onForget.accept(forgotten.position());
			}
		}

		List<LoggedChange> behind(KvPosition position) {
			List<LoggedChange> behind = new ArrayList<>();
			for (LoggedChange change : this.changes) {
				if (change.position().partition() == position.partition()
						&& change.position().compareTo(position) > 0) {
					behind.add(change);
				}
			}
			return behind;
		}

		void forget(int partition) {
			this.changes.removeIf((change) -> change.position().partition() == partition);
			this.bytes = this.changes.stream().mapToLong(LoggedChange::bytes).sum();
		}

		void clear() {
			this.changes.clear();
			this.bytes = 0;
		}

	}

	/**
	 * Up to where the feed has read one partition. It counts the entries, so that it
	 * finds out what it missed also where reading has passed the gap.
	 */
	static final class FeedCursor {

		private PartitionCursor read;

		/**
		 * How many entries the log had ever taken up to here, at least; exactly that many
		 * if the cursor is counted.
		 */
		private long atLeast;

		/** Behind here everything up to the position is among the recent changes. */
		private KvPosition recentAfter;

		/** Begins where somebody has read the log to its end. */
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
		 * @return the position behind which to read on, {@code null} if nothing was
		 * missed
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

}
