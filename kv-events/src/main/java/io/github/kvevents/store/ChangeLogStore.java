package io.github.kvevents.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.kvevents.KvPosition;

/**
 * A store that keeps a change log: a change and its entry come to be together, in the
 * order in which the store applied the changes of a partition. Sets that change nothing
 * have no entry.
 */
public interface ChangeLogStore {

	/**
	 * Where the log is, and for how long.
	 * @return always the same
	 */
	ChangeLogSettings getSettings();

	/**
	 * Entries behind a place, at once. They are bounded in bytes as well, so fewer than
	 * the limit don't mean that the log ends there; none do.
	 * @param after the place, which need not be that of an entry
	 * @param limit how many at most
	 * @return the entries of this partition in their order, at least one if there is one
	 * @throws io.github.kvevents.EntryTooLargeException if the next entry can't be read
	 */
	List<LoggedChange> read(KvPosition after, int limit);

	/**
	 * Entries from a place on, at once.
	 * @param from the place, which need not be that of an entry
	 * @param limit how many at most
	 * @return the entries of this partition in their order, beginning with that at the
	 * place if it is there
	 */
	default List<LoggedChange> readFrom(KvPosition from, int limit) {
		return read(before(from), limit);
	}

	/**
	 * Entries behind one that was read before, at once, with that in front if it is still
	 * there. It may come without its values. Bounded in bytes as {@link #read} is.
	 * @param from the place of the entry that was read before
	 * @param limit how many entries behind it at most; with 0 only that at the place is
	 * looked for
	 * @return the entries of this partition in their order, at least one behind the place
	 * if there is one and the limit allows it
	 * @throws io.github.kvevents.EntryTooLargeException if the next entry can't be read
	 */
	default LogPage readOn(KvPosition from, int limit) {
		List<LoggedChange> changes = read(before(from), limit + 1);
		boolean found = !changes.isEmpty() && changes.get(0).position().equals(from);
		int wanted = found ? limit + 1 : limit;
		return new LogPage(changes.subList(0, Math.min(wanted, changes.size())), changes.size() > limit);
	}

	/**
	 * The place before a place: nothing is between them, since sequences count from 0 in
	 * each millisecond.
	 * @param position the place
	 * @return the place before it, itself if it is the first of all
	 */
	static KvPosition before(KvPosition position) {
		if (position.sequence() > 0) {
			return new KvPosition(position.partition(), position.millis(), position.sequence() - 1);
		}
		return (position.millis() > 0) ? new KvPosition(position.partition(), position.millis() - 1, Long.MAX_VALUE)
				: position;
	}

	/**
	 * The place behind a place: nothing is between them.
	 * @param position the place
	 * @return the place behind it
	 */
	static KvPosition next(KvPosition position) {
		return (position.sequence() < Long.MAX_VALUE)
				? new KvPosition(position.partition(), position.millis(), position.sequence() + 1)
				: new KvPosition(position.partition(), position.millis() + 1, 0);
	}

	/**
	 * What a partition of the log holds now.
	 * @param partition the partition
	 * @return its ends
	 */
	LogState getState(int partition);

	/**
	 * Reads keys and the end of their partition's log in one step. Bounded in bytes:
	 * there may be fewer values than keys.
	 * @param partition the partition of all these keys
	 * @param keys the keys, some hundred at most
	 * @return the values of the first keys, at least of one, and the place
	 */
	LogSnapshot snapshot(int partition, List<String> keys);

	/**
	 * Removes the entries before a place.
	 * @param before the place of the first entry to keep
	 */
	void trim(KvPosition before);

	/**
	 * Opens a reader that waits for new entries. It may hold a connection of its own.
	 * @return a new reader, for one thread at a time
	 */
	Tail openTail();

	/**
	 * Entries that were read at once.
	 *
	 * @param changes the entries
	 * @param more whether there may be more behind them
	 */
	record LogPage(List<LoggedChange> changes, boolean more) {
	}

	/**
	 * Waits for entries.
	 */
	interface Tail extends AutoCloseable {

		/**
		 * Waits until there is something behind one of these places.
		 * @param after for each partition to read the place behind which to read
		 * @param limit how many entries of a partition at most
		 * @param timeout how long to wait at most; shorter waits are allowed
		 * @return what was read of each partition that has something
		 */
		Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout);

		/**
		 * Gives the connection back. A read that waits in another thread may go on until
		 * its time is over.
		 */
		@Override
		void close();

	}

}
