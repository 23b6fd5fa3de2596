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
public final class KvEventLog {

	private final String name;

	private final EventLogOptions options;

	private final EventLogStore store;

	private final KvCodec codec;

	private final EventLogFollows follows;

	KvEventLog(String name, EventLogOptions options, EventLogStore store, KvCodec codec, EventLogFollows follows) {
		this.name = name;
		this.options = options;
		this.store = store;
		this.codec = codec;
		this.follows = follows;
	}

	/**
	 * The name under which the log was opened.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

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
	public List<EntryId> addAll(List<? extends Map<String, ?>> entries) {
		Assert.notNull(entries, "'entries' must not be null");
		if (entries.isEmpty()) {
			return List.of();
		}
		List<List<byte[]>> encoded = new EventLogEncoder(this.name, this.codec).encode(entries);
		return this.store.add(this.name, encoded, this.options);
	}

	/**
	 * All entries, or the newest {@code maxLength} of them.
	 * @return the entries, oldest first; empty if there is no log
	 */
	public List<LogEntry> tail() {
		return tail(Integer.MAX_VALUE);
	}

	/**
	 * The newest entries.
	 * @param n how many at most, at least 0
	 * @return the entries, oldest first
	 */
	public List<LogEntry> tail(int n) {
		return entries(start(n).first());
	}

	/**
	 * The entries from an id on.
	 * @param id the id of the first entry; if the log doesn't have it (any more), the
	 * next one is the first
	 * @return the entries, oldest first; empty if the id is past the end
	 */
	public List<LogEntry> tailFrom(EntryId id) {
		Assert.notNull(id, "'id' must not be null");
		return entries(this.store.last(this.name, id, this.options.getMaxLength()));
	}

	/**
	 * Follows the log from its beginning, or from the newest {@code maxLength} entries.
	 * The entries that are there are read before this returns, and delivered in the first
	 * batch.
	 * @param listener what hears of the entries
	 * @return the follow, to be closed
	 */
	public Follow tailAndFollow(FollowListener listener) {
		return tailAndFollow(Integer.MAX_VALUE, listener);
	}

	/**
	 * Follows the log from its newest entries on.
	 * @param n how many of the entries that are there make the first batch; 0 for none
	 * @param listener what hears of the entries
	 * @return the follow, to be closed
	 */
	public Follow tailAndFollow(int n, FollowListener listener) {
		Assert.notNull(listener, "'listener' must not be null");
		return this.follows.open(this.name, listener, this.codec, () -> start(n));
	}

	/**
	 * Follows the log from an id on. If entries from that id on were trimmed already, the
	 * listener gets a gap before the first batch.
	 * @param id the id of the first entry. If it is past the end nothing is replayed, and
	 * each entry is delivered that is added from now on, whatever its id.
	 * @param listener what hears of the entries
	 * @return the follow, to be closed
	 */
	public Follow tailFromAndFollow(EntryId id, FollowListener listener) {
		Assert.notNull(id, "'id' must not be null");
		Assert.notNull(listener, "'listener' must not be null");
		return this.follows.open(this.name, listener, this.codec, () -> start(id));
	}

	private FollowStart start(int n) {
		Assert.isTrue(n >= 0, () -> "'n' must not be negative but was " + n);
		List<StoredEntry> entries = this.store.last(this.name, EntryId.ZERO,
				Math.max(1, Math.min(n, this.options.getMaxLength())));
		return (n > 0) ? FollowStart.with(entries) : FollowStart.behind(entries);
	}

	private FollowStart start(EntryId id) {
		// the end first: what is added between the two reads is new, and is delivered
		List<StoredEntry> end = this.store.last(this.name, EntryId.ZERO, 1);
		if (end.isEmpty() || id.isAfter(end.get(0).id())) {
			return FollowStart.behind(end);
		}
		List<StoredEntry> entries = this.store.last(this.name, id, this.options.getMaxLength());
		return FollowStart.with(entries, isTrimmed(id, entries));
	}

	/**
	 * Whether there may have been entries from an id on that are gone, or that
	 * {@code maxLength} hides.
	 */
	private boolean isTrimmed(EntryId id, List<StoredEntry> entries) {
		if (entries.isEmpty() || id.equals(EntryId.ZERO)) {
			return false;
		}
		StoredEntry first = entries.get(0);
		if (first.id().equals(id) || first.number() == 1) {
			return false;
		}
		List<StoredEntry> before = this.store.before(this.name, first.id());
		return before.isEmpty() || !id.isAfter(before.get(0).id());
	}

	private List<LogEntry> entries(List<StoredEntry> entries) {
		return entries.stream().map((entry) -> new LogEntry(this.name, entry, this.codec)).toList();
	}

}
