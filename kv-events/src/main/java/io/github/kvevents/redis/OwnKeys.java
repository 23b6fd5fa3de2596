package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.DataType;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.KeyText;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.StoreFailure;

/**
 * The types of the keys of this library. If another client has stored another type under
 * such a key, the failure names that key instead of the application key of the operation.
 */
public final class OwnKeys {

	/** The prefix of the keys of this library. */
	static final String PREFIX = KvKeys.RESERVED;

	private static final RedisScript KEY_TYPES = RedisScript.load(OwnKeys.class, "key-types.lua");

	private static final Map<String, DataType> TYPES = Map.ofEntries(Map.entry("meta", DataType.HASH),
			Map.entry("deadlines", DataType.ZSET), Map.entry("values", DataType.HASH),
			Map.entry("expired", DataType.STREAM), Map.entry("recent", DataType.ZSET),
			Map.entry("sweeper", DataType.STRING), Map.entry("log", DataType.STREAM),
			Map.entry("listeners", DataType.ZSET), Map.entry("listener", DataType.HASH),
			Map.entry("dead", DataType.STREAM), Map.entry("eventlog", DataType.STREAM),
			Map.entry("hooks", DataType.HASH), Map.entry("handed", DataType.HASH), Map.entry("wake", DataType.STREAM));

	private OwnKeys() {
	}

	/**
	 * The keys of a partition.
	 * @param listeners the durable listeners whose keys are among them
	 */
	static List<byte[]> ofPartition(Namespace namespace, int partition, Collection<String> listeners) {
		Stream<String> shared = Stream.of(namespace.log(partition), namespace.deadlines(partition),
				namespace.values(partition), namespace.expired(partition), namespace.recent(partition),
				namespace.sweeper(partition), namespace.hooks(partition), namespace.handed(partition));
		Stream<String> own = listeners.stream()
			.flatMap((listener) -> Stream.of(namespace.listeners(partition), namespace.listener(partition, listener),
					namespace.deadLetters(partition, listener)));
		return Stream.concat(shared, own).distinct().map((name) -> name.getBytes(StandardCharsets.UTF_8)).toList();
	}

	/**
	 * Checks the types of keys of this library, with one command.
	 * @param connection the connection to use
	 * @param names the keys, all of one partition
	 * @throws InvalidDataAccessResourceUsageException if one has another type
	 */
	static void check(RedisConnection connection, List<byte[]> names) {
		List<?> types = KEY_TYPES.list(connection, names, List.of());
		for (int index = 0; index < names.size(); index++) {
			DataType actual = DataType.fromCode(new String((byte[]) types.get(index), StandardCharsets.UTF_8));
			InvalidDataAccessResourceUsageException failure = wrongType(names.get(index), actual, null);
			if (failure != null) {
				throw failure;
			}
		}
	}

	/**
	 * Runs work that uses keys of this library; a failure names the key that has the
	 * wrong type.
	 * @param <T> the type of the result
	 * @param connection the connection that is used
	 * @param keys the keys that are used, also those of the application
	 * @param work the work
	 * @return its result
	 * @throws InvalidDataAccessResourceUsageException if one of this library's keys has
	 * another type
	 */
	public static <T extends @Nullable Object> T naming(RedisConnection connection, Collection<byte[]> keys,
			Supplier<T> work) {
		try {
			return work.get();
		}
		catch (DataAccessException ex) {
			throw explain(connection, keys, ex);
		}
	}

	/**
	 * The exception for a failed operation.
	 * @param keys the keys that it used
	 * @param failure the failure of the operation
	 * @return an exception that names the key of this library which has another type; the
	 * failure itself if there is none
	 */
	static DataAccessException explain(RedisConnection connection, Collection<byte[]> keys,
			DataAccessException failure) {
		if (failure instanceof InvalidDataAccessResourceUsageException
				|| !StoreFailure.reason(failure).startsWith("WRONGTYPE")) {
			return failure;
		}
		for (byte[] key : keys) {
			try {
				InvalidDataAccessResourceUsageException wrongType = wrongType(key, connection.keyCommands().type(key),
						failure);
				if (wrongType != null) {
					return wrongType;
				}
			}
			catch (DataAccessException ex) {
				failure.addSuppressed(ex);
				return failure;
			}
		}
		return failure;
	}

	private static @Nullable InvalidDataAccessResourceUsageException wrongType(byte[] key, @Nullable DataType actual,
			@Nullable DataAccessException cause) {
		String name = new String(key, StandardCharsets.UTF_8);
		DataType needed = needed(name);
		if (needed == null || actual == null || actual == DataType.NONE || actual == needed) {
			return null;
		}
		return new InvalidDataAccessResourceUsageException(
				"Key '%s' belongs to kv-events and must be a %s, but is a %s: delete or rename it, or use another "
					.formatted(KeyText.printable(name), needed.code(), actual.code()) + "'kv.events.namespace'",
				cause);
	}

	/**
	 * The type that a key of this library must have.
	 * @return the type, {@code null} for any other key
	 */
	private static @Nullable DataType needed(String name) {
		int end = name.indexOf("}:");
		if (!name.startsWith(PREFIX) || end < 0) {
			return null;
		}
		String what = name.substring(end + 2);
		int colon = what.indexOf(':');
		return TYPES.get((colon < 0) ? what : what.substring(0, colon));
	}

}
