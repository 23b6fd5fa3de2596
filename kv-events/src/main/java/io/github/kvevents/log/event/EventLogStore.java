package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.LogEntry;

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
	 * Which logs one reader can wait for together: those of one group, which are on one
	 * server. Each group is read, and fails, apart from the others.
	 */
	default int groupOf(String log) {
		return 0;
	}

	/**
	 * A reader that waits for new entries of logs of one group; it has a connection of
	 * its own.
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

	/**
	 * One of several event logs can't be read on, the others can.
	 */
	final class UnreadableLogException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String log;

		private final EntryTooLargeException reason;

		public UnreadableLogException(String log, EntryTooLargeException reason) {
			super(reason);
			this.log = log;
			this.reason = reason;
		}

		public String getLog() {
			return this.log;
		}

		public EntryTooLargeException getReason() {
			return this.reason;
		}

	}

	/**
	 * An entry as a store gives it back.
	 *
	 * @param id its id
	 * @param number how many entries were added to the log up to this one, or
	 * {@link #UNKNOWN} if someone else added it
	 * @param origin stays the same until the log is deleted and made again, or
	 * {@link #UNKNOWN}
	 * @param fields names and values in turn, never changed
	 */
	record StoredEntry(EntryId id, long number, long origin, List<byte[]> fields) {

		public static final long UNKNOWN = -1;

		/**
		 * How large its fields are together.
		 */
		long bytes() {
			return this.fields.stream().mapToLong((field) -> field.length).sum();
		}

		/**
		 * The entry as the application sees it.
		 * @param codec decodes the values of its fields
		 * @param log the name of the log
		 */
		LogEntry decodedBy(KvCodec codec, String log) {
			Map<String, byte[]> byName = new LinkedHashMap<>();
			for (int index = 0; index + 1 < this.fields.size(); index += 2) {
				byName.put(new String(this.fields.get(index), StandardCharsets.UTF_8), this.fields.get(index + 1));
			}
			return new LogEntry(log, this.id, byName, codec);
		}

	}

}
