package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.redis.BoundedReads.ValuePages;

/**
 * Reads the values of the keys of one call, a page after the other. A script can bound a
 * page in bytes, but costs the server seven times as much as {@code MGET}, which can't.
 * So the first values are read by the script, and further ones by {@code MGET} while
 * those before were small: at most four times as many keys as were read before, and as
 * many as fit if none is larger than the largest so far. When a page turns out to be
 * larger than that, or can't be read, the rest is read by the script.
 */
final class ValueRun {

	private static final RedisScript GET_PAGE = RedisScript.load(ValueRun.class, "get-page.lua");

	/** How many keys to read by the script first. */
	private static final int FIRST = 64;

	private static final int GROWTH = 4;

	/**
	 * Few enough that other clients wait about a millisecond at most.
	 */
	private static final int MAX_KEYS = 2048;

	/** Larger values cost the same by the script. */
	private static final int MIN_KEYS = 32;

	private final ValuePages pages;

	private final List<byte[]> names;

	private final List<Optional<byte[]>> values;

	private long largest;

	/** Whether the sizes so far say nothing about the next. */
	private boolean doubtful;

	/**
	 * Creates a run; nothing is sent.
	 * @param pages where to read
	 * @param names the keys, all of which one command may touch
	 */
	ValueRun(ValuePages pages, List<byte[]> names) {
		this.pages = pages;
		this.names = names;
		this.values = new ArrayList<>(names.size());
	}

	/**
	 * Reads all of them.
	 * @return for each key its value, empty if it is absent or no string
	 */
	List<Optional<byte[]>> read() {
		while (this.values.size() < this.names.size()) {
			List<byte[]> rest = this.names.subList(this.values.size(), this.names.size());
			add(this.pages.read(rest.get(0), (connection, bytes) -> read(connection, rest, bytes)));
		}
		return this.values;
	}

	private List<?> read(RedisConnection connection, List<byte[]> rest, int bytes) {
		int count = Math.min(rest.size(), count(bytes));
		if (count < MIN_KEYS) {
			int most = this.values.isEmpty() ? FIRST : RedisBatch.MAX_KEYS;
			return this.pages.script(connection, List.of(), rest.subList(0, Math.min(most, rest.size())), GET_PAGE,
					bytes);
		}
		List<byte[]> read = connection.stringCommands().mGet(rest.subList(0, count).toArray(byte[][]::new));
		this.doubtful = bytesOf(read) > bytes;
		return read;
	}

	private int count(int bytes) {
		if (this.doubtful || !this.pages.isWhole(bytes)) {
			return 0;
		}
		long fitting = bytes / Math.max(1, this.largest);
		return (int) Math.min(Math.min(MAX_KEYS, fitting), (long) GROWTH * this.values.size());
	}

	private static long bytesOf(List<byte[]> values) {
		long bytes = 0;
		for (byte[] value : values) {
			bytes += (value != null) ? value.length : 0;
		}
		return bytes;
	}

	private void add(List<?> page) {
		for (Object value : page) {
			byte[] bytes = (byte[]) value;
			this.values.add(Optional.ofNullable(bytes));
			this.largest = Math.max(this.largest, (bytes != null) ? bytes.length : 0);
		}
	}

}
