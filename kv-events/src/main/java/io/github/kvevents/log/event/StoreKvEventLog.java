package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;
import io.github.kvevents.store.KvKeys;

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

	/**
	 * Checks and encodes what is to be added, all of it before anything is sent.
	 */
	record EventLogEncoder(String log, KvCodec codec) {

		/**
		 * A script passes the fields of an entry on as arguments of one call, and Lua has
		 * room for some 8,000 of these.
		 */
		static final int MAX_FIELDS = 3500;

		List<List<byte[]>> encode(List<? extends Map<String, ?>> entries) {
			List<List<byte[]>> encoded = new ArrayList<>(entries.size());
			for (int index = 0; index < entries.size(); index++) {
				encoded.add(encode("entries[" + index + "]", entries.get(index)));
			}
			return encoded;
		}

		private List<byte[]> encode(String argument, @Nullable Map<String, ?> entry) {
			Assert.notNull(entry, () -> "'" + argument + "' must not be null");
			Assert.isTrue(!entry.isEmpty(), () -> "'" + argument + "' must have at least one field");
			Assert.isTrue(entry.size() <= MAX_FIELDS,
					() -> "'%s' must have at most %d fields but has %d: spread them over entries".formatted(argument,
							MAX_FIELDS, entry.size()));
			List<byte[]> fields = new ArrayList<>(2 * entry.size());
			entry.forEach((field, value) -> {
				Assert.notNull(field, () -> "'" + argument + "' must not have a null field name");
				Assert.notNull(value,
						() -> "'%s' must not have a null value but has for the field '%s': leave the field out"
							.formatted(argument, KeyText.printable(field)));
				fields.add(KvKeys.requireUtf8(argument, field).getBytes(StandardCharsets.UTF_8));
				fields.add(encode(field, value));
			});
			return fields;
		}

		private byte[] encode(String field, Object value) {
			try {
				byte[] encoded = this.codec.encode(value);
				Assert.state(encoded != null, "The codec returned null");
				return encoded;
			}
			catch (RuntimeException ex) {
				throw new KvCodecException(this.log,
						"The field '%s' for the event log '%s' of type '%s' can't be encoded".formatted(
								KeyText.printable(field), KeyText.printable(this.log), value.getClass().getTypeName()),
						ex);
			}
		}

	}

}
