package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;

/**
 * Where event logs are kept. Failures are {@code DataAccessException}s. Used by many
 * threads at once.
 */
public interface EventLogStore {

	/**
	 * Adds entries, all or none.
	 * @param log the name of the log
	 * @param entries for each entry names and values in turn, at least one
	 * @param options how much to keep
	 * @return the ids, in order
	 */
	List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options);

	/**
	 * The newest entries, oldest first.
	 * @param log the name of the log
	 * @param from only those at or behind this id
	 * @param max how many at most, at least 1
	 */
	List<StoredEntry> last(String log, EntryId from, int max);

	/**
	 * The newest entry before an id, if there is one.
	 */
	List<StoredEntry> before(String log, EntryId id);

	/**
	 * The first entries behind an id, oldest first. Fewer than the maximum don't mean
	 * that the log ends there; none do.
	 */
	List<StoredEntry> after(String log, EntryId id, int max);

	/**
	 * A reader that waits for new entries; it has a connection of its own.
	 */
	Reader openReader();

	/**
	 * Waits for new entries of many logs. Used by one thread.
	 */
	interface Reader extends AutoCloseable {

		/**
		 * The first entries behind a position in each log. Waits if there are none. An
		 * interrupt ends that if the store can, by an exception or without entries, and
		 * stays set.
		 * @param positions the position by the name of the log
		 * @param wait how long to wait at most; the store may wait less
		 * @return the entries by the name of the log, none for a log without
		 */
		Map<String, List<StoredEntry>> read(Map<String, EntryId> positions, Duration wait);

		/**
		 * Where logs end.
		 */
		Map<String, LogEnd> check(Collection<String> logs);

		@Override
		void close();

	}

	/**
	 * Where a log ends.
	 *
	 * @param lastId the last id that it gave out, {@link EntryId#ZERO} if the log doesn't
	 * exist
	 * @param otherType what is there instead of a log, empty if it is one or nothing
	 */
	record LogEnd(EntryId lastId, String otherType) {

	}

}
