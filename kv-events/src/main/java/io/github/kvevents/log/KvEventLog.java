package io.github.kvevents.log;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;

/**
 * An event log: an ordered list of entries, each a map of fields. What is read is what
 * the store has at that moment, and never more than the newest
 * {@linkplain EventLogOptions#maxLength(int) maxLength} entries. Failures of the store
 * are Spring's {@code DataAccessException}s. Used by many threads at once.
 */
public abstract class KvEventLog {

	/**
	 * The name under which the log was opened.
	 * @return the name
	 */
	public abstract String getName();

	/**
	 * Adds entries at the end: all of them or, if this throws, none, one behind the other
	 * with nothing of others between. One round trip. Values are encoded by the
	 * {@link KvCodec}. If the connection fails meanwhile, the exception leaves open
	 * whether they were added.
	 * @param entries the entries, each with at least one field; none adds nothing
	 * @return their ids, in the same order
	 * @throws IllegalArgumentException if an entry, a field name or a value is null, or
	 * an entry has no field or more than 3500
	 */
	@SafeVarargs
	@SuppressWarnings("varargs") // the array is only read
	public final List<EntryId> add(Map<String, ?>... entries) {
		Assert.notNull(entries, "'entries' must not be null");
		return addAll(Arrays.asList(entries));
	}

	/**
	 * Adds entries that are in a list, as {@link #add(Map...)} does.
	 * @param entries the entries
	 * @return their ids, in the same order
	 */
	public abstract List<EntryId> addAll(List<? extends Map<String, ?>> entries);

	/**
	 * All entries, or the newest {@code maxLength} of them.
	 * @return the entries, oldest first; empty if there is no log
	 */
	public abstract List<LogEntry> tail();

	/**
	 * The newest entries.
	 * @param n how many at most, at least 0
	 * @return the entries, oldest first
	 */
	public abstract List<LogEntry> tail(int n);

	/**
	 * The entries from an id on.
	 * @param id the id of the first entry; if the log doesn't have it (any more), the
	 * next one is the first
	 * @return the entries, oldest first; empty if the id is past the end
	 */
	public abstract List<LogEntry> tailFrom(EntryId id);

	/**
	 * Follows the log from its beginning, or from the newest {@code maxLength} entries.
	 * The entries that are there are read before this returns, and delivered in the first
	 * batch.
	 * @param listener receives the entries
	 * @return the follow, to be closed
	 */
	public abstract Follow tailAndFollow(FollowListener listener);

	/**
	 * Follows the log from its newest entries on.
	 * @param n how many of the entries that are there make the first batch; 0 for none
	 * @param listener receives the entries
	 * @return the follow, to be closed
	 */
	public abstract Follow tailAndFollow(int n, FollowListener listener);

	/**
	 * Follows the log from an id on. If entries from that id on were trimmed already, the
	 * listener gets a gap before the first batch.
	 * @param id the id of the first entry. If it is past the end nothing is replayed, and
	 * each entry is delivered that is added from now on, whatever its id.
	 * @param listener receives the entries
	 * @return the follow, to be closed
	 */
	public abstract Follow tailFromAndFollow(EntryId id, FollowListener listener);

}
