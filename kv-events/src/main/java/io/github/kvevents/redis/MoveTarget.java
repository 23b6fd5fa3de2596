package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisZSetCommands.ZAddArgs;
import org.springframework.data.redis.connection.zset.Tuple;

import io.github.kvevents.log.EntryId;

/**
 * Writes what a move copies, in pages; in a dry run it writes nothing.
 */
final class MoveTarget {

	private static final RedisScript WRITE = RedisScript.load(MoveTarget.class, "move-write.lua");

	private static final RedisScript ADD = RedisScript.load(MoveTarget.class, "move-add.lua");

	private static final RedisScript SET_COUNTERS = RedisScript.load(MoveTarget.class, "move-set-counters.lua");

	private static final int MAX_ENTRIES = 100;

	private static final int MAX_BYTES = 262_144;

	private final MoveEnd end;

	private final boolean dry;

	/** By name. */
	private final Map<String, Stream> streams = new HashMap<>();

	MoveTarget(MoveEnd end, boolean dry) {
		this.end = end;
		this.dry = dry;
	}

	/**
	 * Writes keys of the application.
	 * @param keys for each what {@code move-write.lua} takes, by its name in the target
	 */
	void write(IdentityHashMap<byte[], List<byte[]>> keys) {
		this.end.forEachGroup(List.copyOf(keys.keySet()), (names) -> {
			List<byte[]> arguments = names.stream()
				.flatMap((name) -> Objects.requireNonNull(keys.get(name)).stream())
				.toList();
			run(WRITE, names, arguments);
		});
	}

	/**
	 * Writes a part of the deadline index.
	 */
	void index(int partition, IdentityHashMap<byte[], Double> deadlines, IdentityHashMap<byte[], byte[]> values) {
		byte[] index = MoveEnd.bytes(this.end.namespace().deadlines(partition));
		if (this.dry || deadlines.isEmpty()) {
			return;
		}
		LinkedHashSet<Tuple> members = new LinkedHashSet<>();
		deadlines.forEach((name, deadline) -> members.add(Tuple.of(name, deadline)));
		this.end.connections().run((connection) -> {
			connection.zSetCommands().zAdd(index, members);
			if (!values.isEmpty()) {
				connection.hashCommands().hMSet(MoveEnd.bytes(this.end.namespace().values(partition)), values);
			}
		});
	}

	void hash(String name, Map<String, String> fields) {
		if (!this.dry && !fields.isEmpty()) {
			this.end.putAll(name, fields);
		}
	}

	void score(String name, String member, double score) {
		if (!this.dry) {
			this.end.connections()
				.run((connection) -> connection.zSetCommands()
					.zAdd(MoveEnd.bytes(name), score, MoveEnd.bytes(member), ZAddArgs.empty().gt()));
		}
	}

	/**
	 * A stream to which entries are added.
	 */
	Stream stream(String name) {
		return this.streams.computeIfAbsent(name, Stream::new);
	}

	/**
	 * Writes what is left of all streams.
	 */
	void flush() {
		this.streams.values().forEach(Stream::flush);
		this.streams.clear();
	}

	private void run(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
		if (!this.dry) {
			this.end.connections().call((connection) -> script.count(connection, keys, arguments));
		}
	}

	/**
	 * A stream, to which entries are added with growing ids. Confined to one thread.
	 */
	final class Stream {

		private final byte[] name;

		private final List<byte[]> pending = new ArrayList<>();

		private int entries;

		private long bytes;

		private long added;

		private @Nullable EntryId last;

		private Stream(String name) {
			this.name = MoveEnd.bytes(name);
		}

		/**
		 * Adds an entry.
		 * @param wanted its id
		 * @return that id; or the next one behind the last entry, if there is one with
		 * that id or behind it
		 */
		EntryId add(EntryId wanted, List<byte[]> fields) {
			EntryId id = (this.last == null || wanted.isAfter(this.last)) ? wanted : this.last.next();
			this.last = id;
			this.added++;
			this.pending.add(MoveEnd.bytes(id.toString()));
			this.pending.add(ScriptArguments.number(fields.size()));
			this.pending.addAll(fields);
			fields.forEach((field) -> this.bytes += field.length);
			this.entries++;
			if (this.entries == MAX_ENTRIES || this.bytes >= MAX_BYTES) {
				flush();
			}
			return id;
		}

		/**
		 * How many entries were added.
		 */
		long added() {
			return this.added;
		}

		/**
		 * Sets what {@code move-read-counters.lua} read, which has four parts.
		 */
		void setCounters(List<byte[]> counters) {
			flush();
			run(SET_COUNTERS, List.of(this.name), counters);
		}

		private void flush() {
			if (!this.pending.isEmpty()) {
				run(ADD, List.of(this.name), this.pending);
				this.pending.clear();
				this.entries = 0;
				this.bytes = 0;
			}
		}

	}

}
