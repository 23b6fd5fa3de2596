package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KeyText;
import io.github.kvevents.support.PageSize;

/**
 * Reads the values of keys by scripts whose replies are bounded in bytes. A single value
 * that can't be read is reported by an {@link EntryTooLargeException}. Scripts always
 * read from the primary. Used by many threads at once.
 */
final class ValuePages {

	private static final RedisScript LENGTH = RedisScript.load(ValuePages.class, "value-length.lua");

	private final BoundedReads reads;

	ValuePages(RedisConnections connections, RedisConnections others) {
		this.reads = new BoundedReads(connections, others, 1);
	}

	/**
	 * Reads a page.
	 * @param own keys of this library that the script takes before the others
	 * @param names the keys to read, at least one
	 * @param script takes the number of bytes; its reply may cover fewer keys, at least
	 * one
	 * @return the reply
	 */
	List<?> read(List<byte[]> own, List<byte[]> names, RedisScript script) {
		byte[] first = names.get(0);
		return this.reads.read(new String(first, StandardCharsets.UTF_8), (connection, bytes) -> {
			List<byte[]> keys = new ArrayList<>(own);
			keys.addAll(PageSize.isOneEntry(bytes) ? names.subList(0, 1) : names);
			return script.list(connection, keys, List.of(ScriptArguments.number(bytes)));
		}, (connection, failure) -> tooLarge(connection, first, failure));
	}

	private static @Nullable EntryTooLargeException tooLarge(RedisConnection connection, byte[] name,
			Throwable failure) {
		long bytes = LENGTH.count(connection, List.of(name), List.of());
		String key = KeyText.printable(new String(name, StandardCharsets.UTF_8));
		return (bytes > 0) ? EntryTooLargeException.ofKey(key, bytes, failure) : null;
	}

}
