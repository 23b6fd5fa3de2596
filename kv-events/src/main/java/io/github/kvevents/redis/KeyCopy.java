package io.github.kvevents.redis;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.Namespace;

/**
 * Copies the keys of the application, and their deadlines. Confined to one thread.
 */
final class KeyCopy {

	private static final RedisScript READ = RedisScript.load(KeyCopy.class, "move-read.lua");

	private static final RedisScript READ_DEADLINES = RedisScript.load(KeyCopy.class, "move-read-deadlines.lua");

	private static final byte[] PAGE_BYTES = ScriptArguments.number(1_048_576);

	private static final int DEADLINES_PER_PAGE = 250;

	/** The parts of a member of the index. */
	private static final int PARTS = 4;

	private final MoveEnd source;

	private final MoveEnd target;

	private final Namespace from;

	private final Namespace to;

	private final MoveTarget writer;

	private long keys;

	private long deadlines;

	private long skipped;

	KeyCopy(MoveEnd source, MoveEnd target, MoveTarget writer) {
		this.source = source;
		this.target = target;
		this.from = source.namespace();
		this.to = target.namespace();
		this.writer = writer;
	}

	private byte @Nullable [] map(byte[] name) {
		return map(this.source, this.target, name);
	}

	/**
	 * The name of a key of the application in the target.
	 * @return the name, {@code null} if it isn't a key of the application
	 */
	static byte @Nullable [] map(MoveEnd source, MoveEnd target, byte[] name) {
		boolean copied = !source.namespace().isTagged() && target.namespace().isTagged()
				&& target.names().fromRedis(name) != null;
		String key = copied ? null : source.names().fromRedis(name);
		return (key != null) ? target.names().toRedis(key) : null;
	}

	/**
	 * Copies the keys of the application.
	 * @return how many there were
	 */
	long copyKeys() {
		this.source.forEachPage(this::copyKeys);
		return this.keys;
	}

	private void copyKeys(List<byte[]> page) {
		this.source.forEachGroup(page.stream().filter((name) -> map(name) != null).toList(), (names) -> {
			for (int done = 0; done < names.size();) {
				List<byte[]> left = names.subList(done, names.size());
				List<?> read = this.source.connections()
					.call((connection) -> READ.list(connection, left, List.of(PAGE_BYTES)));
				IdentityHashMap<byte[], List<byte[]>> keys = new IdentityHashMap<>();
				for (int index = 0; index < read.size(); index++) {
					if (read.get(index) instanceof List<?> found) {
						keys.put(Objects.requireNonNull(map(left.get(index))), List.of((byte[]) found.get(0),
								ScriptArguments.number((Long) found.get(1)), (byte[]) found.get(2)));
					}
				}
				this.writer.write(keys);
				this.keys += keys.size();
				done += read.size();
			}
		});
	}

	/**
	 * Copies the deadlines, last values and headers of expiries.
	 * @return how many there were
	 */
	long copyDeadlines() {
		IntStream.range(0, this.from.partitions()).forEach(this::copyDeadlines);
		return this.deadlines;
	}

	/**
	 * How many deadlines were of keys with another prefix.
	 */
	long skipped() {
		return this.skipped;
	}

	private void copyDeadlines(int partition) {
		List<byte[]> names = List.of(MoveEnd.bytes(this.from.deadlines(partition)),
				MoveEnd.bytes(this.from.values(partition)));
		List<?> page;
		long read = 0;
		do {
			List<byte[]> arguments = List.of(ScriptArguments.number(read), ScriptArguments.number(DEADLINES_PER_PAGE),
					PAGE_BYTES);
			page = this.source.connections().call((connection) -> READ_DEADLINES.list(connection, names, arguments));
			read += page.size() / PARTS;
			index(page);
		}
		while (!page.isEmpty());
	}

	private void index(List<?> page) {
		Map<Integer, IdentityHashMap<byte[], Double>> deadlines = new LinkedHashMap<>();
		Map<Integer, IdentityHashMap<byte[], byte[]>> values = new LinkedHashMap<>();
		for (int index = 0; index < page.size(); index += PARTS) {
			String key = this.source.names().fromRedis((byte[]) page.get(index));
			if (key == null) {
				this.skipped++;
				continue;
			}
			int partition = this.to.partitionOf(key);
			byte[] name = this.target.names().toRedis(key);
			deadlines.computeIfAbsent(partition, (number) -> new IdentityHashMap<>())
				.put(name, Double.valueOf(MoveEnd.text((byte[]) page.get(index + 1))));
			IdentityHashMap<byte[], byte[]> fields = values.computeIfAbsent(partition,
					(number) -> new IdentityHashMap<>());
			if (page.get(index + 2) instanceof byte[] value) {
				fields.put(name, value);
			}
			if (page.get(index + 3) instanceof byte[] headers) {
				fields.put(headersOf(name), headers);
			}
			this.deadlines++;
		}
		deadlines.forEach((partition, part) -> this.writer.index(partition, part,
				values.getOrDefault(partition, new IdentityHashMap<>())));
	}

	/**
	 * The field of the headers of a key, as {@code lifetime-end.lua} reads it.
	 */
	private static byte[] headersOf(byte[] name) {
		byte[] field = new byte[name.length + 1];
		field[0] = (byte) 0xff;
		System.arraycopy(name, 0, field, 1, name.length);
		return field;
	}

}
