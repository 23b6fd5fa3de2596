package io.github.kvevents.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.store.redis.OwnKeys;
import io.github.kvevents.store.redis.RedisScript;
import io.github.kvevents.support.PageSize;

/**
 * The stream of one partition's expiries, and this instance as a consumer in its group.
 * An expiry that was read belongs to this instance until it is acknowledged, or until the
 * instance was silent for too long and another claims it.
 */
final class ExpiredStream {

	static final String GROUP = "hooks";

	static final String START = "0-0";

	private static final RedisScript ACKNOWLEDGE = RedisScript.load(ExpiredStream.class, "acknowledge.lua");

	private static final RedisScript TOUCH = RedisScript.load(ExpiredStream.class, "touch.lua");

	private static final RedisScript CLAIM = RedisScript.load(ExpiredStream.class, "claim.lua");

	private static final RedisScript RESUME = RedisScript.load(ExpiredStream.class, "resume.lua");

	private static final RedisScript REMOVE_GONE_CONSUMERS = RedisScript.load(ExpiredStream.class,
			"remove-gone-consumers.lua");

	private final byte[] name;

	private final String instanceId;

	private final List<byte[]> keys;

	private final StreamOffset<byte[]> unread;

	private final PageSize size = new PageSize(1);

	ExpiredStream(String name, String instanceId) {
		this.name = bytes(name);
		this.instanceId = instanceId;
		this.keys = List.of(this.name);
		this.unread = StreamOffset.create(this.name, ReadOffset.lastConsumed());
	}

	/**
	 * Makes the group if there is none. It begins at the start: what lies in the stream
	 * was heard of by nobody.
	 */
	void ensureGroup(RedisConnection connection) {
		try {
			OwnKeys.naming(connection, this.keys,
					() -> connection.streamCommands().xGroupCreate(this.name, GROUP, ReadOffset.from("0"), true));
		}
		catch (DataAccessException ex) {
			if (!startsWith(ex, "BUSYGROUP")) {
				throw ex;
			}
		}
	}

	/**
	 * Reads expiries that no instance has taken. The command can't be limited in bytes:
	 * it takes few at first, and more as long as they are small.
	 * @param max how many at most
	 * @param wait how long to wait if there is none
	 */
	@SuppressWarnings("unchecked") // a generic array for the only stream
	List<ByteRecord> read(RedisConnection connection, int max, Duration wait) {
		try {
			StreamReadOptions options = StreamReadOptions.empty().count(this.size.count(max)).block(wait);
			List<ByteRecord> entries = OwnKeys.naming(connection, this.keys, () -> connection.streamCommands()
				.xReadGroup(Consumer.from(GROUP, this.instanceId), options, this.unread));
			return (entries != null) ? noting(entries) : List.of();
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			this.size.failed();
			throw ex;
		}
	}

	private List<ByteRecord> noting(List<ByteRecord> entries) {
		this.size.succeeded(entries.size(),
				entries.stream()
					.flatMap((entry) -> entry.getValue().values().stream())
					.mapToLong((value) -> value.length)
					.sum());
		return entries;
	}

	/**
	 * Reads again what this instance has taken and not acknowledged.
	 */
	Page resume(RedisConnection connection, String after, int max) {
		return page(RESUME.list(connection, this.keys, arguments(this.instanceId, after, max)));
	}

	/**
	 * Takes over what nobody has touched for some time. What this instance works on can
	 * be among it.
	 */
	Page claim(RedisConnection connection, Duration idle, String from, int max) {
		return page(CLAIM.list(connection, this.keys, arguments(this.instanceId, idle.toMillis(), from, max)));
	}

	/**
	 * Removes expiries that are done.
	 */
	void acknowledge(RedisConnection connection, List<String> ids) {
		ACKNOWLEDGE.count(connection, this.keys, arguments(ids.toArray()));
	}

	/**
	 * Says when expiries that are still this instance's own were touched last.
	 * @param idle zero to keep them, longer to give them away
	 */
	void touch(RedisConnection connection, List<String> ids, Duration idle) {
		List<byte[]> arguments = arguments(this.instanceId, idle.toMillis());
		ids.forEach((id) -> arguments.add(bytes(id)));
		TOUCH.count(connection, this.keys, arguments);
	}

	/**
	 * Removes consumers of instances that are gone and left nothing behind.
	 */
	void removeGoneConsumers(RedisConnection connection, Duration silence) {
		REMOVE_GONE_CONSUMERS.count(connection, this.keys, arguments(silence.toMillis()));
	}

	private static List<byte[]> arguments(Object... arguments) {
		List<byte[]> bytes = new ArrayList<>(arguments.length + 1);
		bytes.add(bytes(GROUP));
		for (Object argument : arguments) {
			bytes.add(bytes(argument.toString()));
		}
		return bytes;
	}

	private static Page page(List<?> reply) {
		List<List<?>> entries = new ArrayList<>();
		((List<?>) reply.get(1)).forEach((entry) -> entries.add((List<?>) entry));
		return new Page(new String((byte[]) reply.get(0), StandardCharsets.UTF_8), entries);
	}

	static String id(List<?> entry) {
		return new String((byte[]) entry.get(0), StandardCharsets.UTF_8);
	}

	static boolean startsWith(Throwable failure, String code) {
		@Nullable String message = NestedExceptionUtils.getMostSpecificCause(failure).getMessage();
		return message != null && message.startsWith(code);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Some expiries.
	 *
	 * @param next where to go on, {@link #START} at the end
	 * @param entries each with its id and its fields
	 */
	record Page(String next, List<List<?>> entries) {

		boolean isLast() {
			return this.next.equals(START);
		}

	}

}
