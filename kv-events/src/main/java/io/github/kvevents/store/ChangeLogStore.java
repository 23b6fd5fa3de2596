package io.github.kvevents.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;

/**
 * A store with a change log: a change and its entry are written atomically, in the order
 * in which the store applied the changes of a partition. Sets that change nothing have no
 * entry.
 */
public interface ChangeLogStore {

	/**
	 * The settings of the log.
	 * @return always the same
	 */
	ChangeLogSettings getSettings();

	/**
	 * Reads entries after a position, without waiting. The result is bounded in bytes
	 * too, so fewer entries than the limit don't mean the end of the log; an empty result
	 * does.
	 * @param after the position, which need not be that of an entry
	 * @param limit how many at most
	 * @return the entries of this partition in their order, at least one if there is one
	 * @throws io.github.kvevents.EntryTooLargeException if the next entry can't be read
	 */
	List<LoggedChange> read(KvPosition after, int limit);

	/**
	 * Reads entries from a position, without waiting.
	 * @param from the position, which need not be that of an entry
	 * @param limit how many at most
	 * @return the entries of this partition in their order, starting with the one at the
	 * position if it exists
	 */
	default List<LoggedChange> readFrom(KvPosition from, int limit) {
		return read(before(from), limit);
	}

	/**
	 * Reads entries after an entry that was read before, without waiting; starts with
	 * that entry if it still exists, possibly without its values. Bounded in bytes like
	 * {@link #read}.
	 * @param from the position of the entry that was read before
	 * @param limit how many entries after it at most; 0 to check only whether it exists
	 * @return the entries of this partition in their order, at least one after the
	 * position if there is one and the limit permits it
	 * @throws io.github.kvevents.EntryTooLargeException if the next entry can't be read
	 */
	default LogPage readOn(KvPosition from, int limit) {
		List<LoggedChange> changes = read(before(from), limit + 1);
		boolean found = !changes.isEmpty() && changes.get(0).position().equals(from);
		int wanted = found ? limit + 1 : limit;
		return new LogPage(changes.subList(0, Math.min(wanted, changes.size())), changes.size() > limit);
	}

	/**
	 * The position before a position: no entry is between them, since sequences count
	 * from 0 in each millisecond.
	 * @param position the position
	 * @return the position before it, or itself if it is the first possible position
	 */
	static KvPosition before(KvPosition position) {
		if (position.sequence() > 0) {
			return new KvPosition(position.partition(), position.millis(), position.sequence() - 1);
		}
		return (position.millis() > 0) ? new KvPosition(position.partition(), position.millis() - 1, Long.MAX_VALUE)
				: position;
	}

	/**
	 * The position after a position: no entry is between them.
	 * @param position the position
	 * @return the position after it
	 */
	static KvPosition next(KvPosition position) {
		return (position.sequence() < Long.MAX_VALUE)
				? new KvPosition(position.partition(), position.millis(), position.sequence() + 1)
				: new KvPosition(position.partition(), position.millis() + 1, 0);
	}

	/**
	 * The time by which entries get their positions, as far as it is known without asking
	 * the store.
	 * @return milliseconds since the epoch
	 */
	default long millis() {
		return System.currentTimeMillis();
	}

	/**
	 * The time by which entries of a partition get their positions, asked of the store.
	 * @param partition the partition
	 * @return milliseconds since the epoch
	 */
	default long askMillis(int partition) {
		return millis();
	}

	/**
	 * The current state of a partition of the log.
	 * @param partition the partition
	 * @return the state
	 */
	LogState getState(int partition);

	/**
	 * Reads keys and the end of the log of their partition atomically. Bounded in bytes:
	 * there may be fewer values than keys.
	 * @param partition the partition of all these keys
	 * @param keys the keys, some hundred at most
	 * @return the values of the first keys, of at least one, and the position
	 */
	LogSnapshot snapshot(int partition, List<String> keys);

	/**
	 * Removes the entries before a position.
	 * @param before the position of the first entry to keep
	 */
	void trim(KvPosition before);

	/**
	 * Whether each partition is read, and fails, apart from the others, since they are on
	 * several servers: a tail waits for entries of one partition only.
	 * @return {@code false} if one tail waits for all partitions
	 */
	default boolean isDistributed() {
		return false;
	}

	/**
	 * Opens a reader that waits for new entries. It may occupy a connection.
	 * @return a new reader, for one thread at a time
	 */
	Tail openTail();

	/**
	 * A page of entries.
	 *
	 * @param changes the entries
	 * @param more whether there may be more after them
	 */
	record LogPage(List<LoggedChange> changes, boolean more) {
	}

	/**
	 * Waits for entries.
	 */
	interface Tail extends AutoCloseable {

		/**
		 * Waits until there is an entry after one of the given positions.
		 * @param after by partition, the position after which to read
		 * @param limit how many entries of a partition at most
		 * @param timeout how long to wait at most; shorter waits are allowed
		 * @return the entries of each partition that has some
		 */
		Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout);

		/**
		 * Releases the connection. A read that waits in another thread may continue until
		 * its timeout.
		 */
		@Override
		void close();

	}

	/**
	 * Values of keys of one partition and the end of its log, read atomically.
	 *
	 * @param values an element for each key in the order asked for, empty if it is absent
	 * or no string; fewer than keys if they would have been too large together
	 * @param position the position of the last entry: the values reflect exactly the
	 * changes up to it. Only a key past its deadline is absent already while the entry of
	 * its expiry may follow later
	 */
	record LogSnapshot(List<Optional<byte[]>> values, KvPosition position) {
	}

	/**
	 * The state of one partition of a change log.
	 *
	 * @param first the position of the first entry, {@code null} if there is none
	 * @param last the position of the last entry that was ever added, even if it was
	 * removed; {@code 0-0} for a log that was never written
	 * @param length how many entries exist
	 * @param added how many were ever added
	 */
	record LogState(@Nullable KvPosition first, KvPosition last, long length, long added) {

		/**
		 * How many entries were removed, for whatever reason.
		 * @return how many of the added entries no longer exist
		 */
		public long removed() {
			return this.added - this.length;
		}

		/**
		 * Whether entries after a position may have been removed. A false negative is
		 * impossible; a false positive occurs only if the entry at the position was the
		 * last one removed.
		 * @param position the position up to which everything was read
		 * @return whether entries may be missing
		 */
		public boolean isTrimmedAfter(KvPosition position) {
			if (removed() == 0) {
				return false;
			}
			KvPosition kept = (this.first != null) ? this.first : this.last;
			return position.compareTo(kept) < 0;
		}

	}

	/**
	 * Entries that a tail read from one partition.
	 *
	 * @param changes the entries, in their order
	 * @param skipped the positions of foreign entries among them, which are not delivered
	 * but count as read
	 */
	record TailRead(List<LoggedChange> changes, List<KvPosition> skipped) {

		public TailRead {
			Assert.isTrue(!changes.isEmpty() || !skipped.isEmpty(), "'changes' and 'skipped' must not both be empty");
		}

		/**
		 * The position of the last entry.
		 * @return the position up to which the partition was read
		 */
		public KvPosition last() {
			if (this.changes.isEmpty()) {
				return this.skipped.get(this.skipped.size() - 1);
			}
			KvPosition change = this.changes.get(this.changes.size() - 1).position();
			KvPosition other = this.skipped.isEmpty() ? change : this.skipped.get(this.skipped.size() - 1);
			return (change.compareTo(other) > 0) ? change : other;
		}

		/**
		 * The number of entries.
		 * @return the number, including skipped entries
		 */
		public int count() {
			return this.changes.size() + this.skipped.size();
		}

	}

}
