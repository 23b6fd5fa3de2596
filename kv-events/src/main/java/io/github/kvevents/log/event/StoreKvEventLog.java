package io.github.kvevents.log.event;

import java.util.List;
import java.util.Map;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.LogEntry;

/**
 * An event log of a store.
 */
final class StoreKvEventLog extends KvEventLog {

	private final String name;

	private final EventLogOptions options;

	private final EventLogStore store;

	private final KvCodec codec;

	private final EventLogFollows follows;

	StoreKvEventLog(String name, EventLogOptions options, EventLogStore store, KvCodec codec, EventLogFollows follows) {
		this.name = name;
		this.options = options;
		this.store = store;
		this.codec = codec;
		this.follows = follows;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public List<EntryId> addAll(List<? extends Map<String, ?>> entries) {
		Assert.notNull(entries, "'entries' must not be null");
		if (entries.isEmpty()) {
			return List.of();
		}
		List<List<byte[]>> encoded = new EventLogEncoder(this.name, this.codec).encode(entries);
		return this.store.add(this.name, encoded, this.options);
	}

	@Override
	public List<LogEntry> tail() {
		return tail(Integer.MAX_VALUE);
	}

	@Override
	public List<LogEntry> tail(int n) {
		return entries(start(n).first());
	}

	@Override
	public List<LogEntry> tailFrom(EntryId id) {
		Assert.notNull(id, "'id' must not be null");
		return entries(this.store.last(this.name, id, this.options.getMaxLength()));
	}

	@Override
	public Follow tailAndFollow(FollowListener listener) {
		return tailAndFollow(Integer.MAX_VALUE, listener);
	}

	@Override
	public Follow tailAndFollow(int n, FollowListener listener) {
		Assert.notNull(listener, "'listener' must not be null");
		return this.follows.open(this.name, listener, this.codec, () -> start(n));
	}

	@Override
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
		return entries.stream().map((entry) -> entry.decodedBy(this.codec, this.name)).toList();
	}

}
