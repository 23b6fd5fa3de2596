package io.github.kvevents.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;

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

}
