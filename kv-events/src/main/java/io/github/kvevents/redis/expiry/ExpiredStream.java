package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KeyText;
import io.github.kvevents.redis.BoundedReads;
import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.PageSize;

/**
 * The stream of expiries of one partition, with this instance as a consumer in its group.
 * An expiry that was read belongs to this instance until it is acknowledged, or until
 * another instance claims it because this one was idle for too long.
 */
final class ExpiredStream {

	static final String START = "0-0";

	private static final RedisScript FETCH = RedisScript.load(ExpiredStream.class, "fetch.lua");

	private static final RedisScript CLAIM = RedisScript.load(ExpiredStream.class, "claim.lua");

	private static final RedisScript PENDING_SIZE = RedisScript.load(ExpiredStream.class, "pending-size.lua");

	private static final RedisScript RESUME = RedisScript.load(ExpiredStream.class, "resume.lua");

	private static final RedisScript REMOVE_GONE_CONSUMERS = RedisScript.load(ExpiredStream.class,
			"remove-gone-consumers.lua");

	private final byte[] name;

	private final byte[] handed;

	private final byte[] wake;

	private final String instanceId;

	private final int pageBytes;

	private final BoundedReads reads;

	private final NamespaceCheck check;

	ExpiredStream(RedisConnectionFactory connectionFactory, Namespace namespace, int partition, String instanceId,
			NamespaceCheck check) {
		this.pageBytes = PageSize.share(namespace.partitions());
		this.reads = new BoundedReads(connectionFactory, namespace.partitions());
		this.name = bytes(namespace.expired(partition));
		this.handed = bytes(namespace.handed(partition));
		this.wake = bytes(namespace.wake(partition, instanceId));
		this.instanceId = instanceId;
		this.check = check;
	}

	/**
	 * Creates the group if there is none. It starts at the first entry: nothing in the
	 * stream has been delivered.
	 */
	void ensureGroup(RedisConnection connection) {
		this.check.check(connection);
		ExpiredGroup.ensure(connection, this.name);
		ExpiredGroup.ensure(connection, this.wake);
	}

	/**
	 * What arrives in the stream from now on, for one thread.
	 */
	ExpiredArrivals arrivals() {
		return new ExpiredArrivals(this.name, this.wake, this.instanceId, this.pageBytes);
	}

	/**
	 * Reads expiries of this instance by their ids, and removes the wake-up messages.
	 * @param woken the ids of the wake-up messages
	 * @param ids the ids of the expiries
	 * @return the first of those that it still has, bounded in bytes
	 */
	Fetched fetch(RedisConnection connection, List<String> woken, Collection<String> ids) {
		List<byte[]> arguments = arguments(this.instanceId, this.pageBytes, woken.size());
		woken.forEach((id) -> arguments.add(bytes(id)));
		ids.forEach((id) -> arguments.add(bytes(id)));
		List<?> reply = FETCH.list(connection, List.of(this.name, this.handed, this.wake), arguments);
		return new Fetched(((Long) reply.get(0)).intValue(), entries(reply.subList(1, reply.size())));
	}

	/**
	 * Reads the expiries that this instance has taken and not acknowledged.
	 */
	Page resume(String after, int max) {
		return this.reads.read(after,
				(connection,
						bytes) -> page(RESUME.list(connection, List.of(this.name, this.handed),
								arguments(this.instanceId, after, max, bytes))),
				(connection, failure) -> tooLarge(connection, after, failure));
	}

	private @Nullable EntryTooLargeException tooLarge(RedisConnection connection, String after, Throwable failure) {
		List<?> reply = PENDING_SIZE.list(connection, List.of(this.name), arguments(this.instanceId, after));
		return reply.isEmpty() ? null
				: EntryTooLargeException.ofExpiry(KeyText.printable(text(reply.get(0))), (Long) reply.get(1), failure);
	}

	/**
	 * Claims expiries that have been idle for some time. Some of them may be in flight in
	 * this instance.
	 */
	Page claim(RedisConnection connection, Duration idle, String from, int max) {
		return page(CLAIM.list(connection, List.of(this.name, this.handed),
				arguments(this.instanceId, idle.toMillis(), from, max, this.pageBytes)));
	}

	/**
	 * Removes consumers of dead instances that have no pending entries.
	 */
	void removeGoneConsumers(RedisConnection connection, Duration silence) {
		REMOVE_GONE_CONSUMERS.count(connection, List.of(this.name), arguments(silence.toMillis()));
	}

	static List<byte[]> arguments(Object... arguments) {
		List<byte[]> bytes = new ArrayList<>(arguments.length + 1);
		bytes.add(bytes(ExpiredGroup.NAME));
		for (Object argument : arguments) {
			bytes.add(bytes(argument.toString()));
		}
		return bytes;
	}

	private static Page page(List<?> reply) {
		return new Page(text(reply.get(0)), entries((List<?>) reply.get(1)));
	}

	private static List<List<?>> entries(List<?> reply) {
		List<List<?>> entries = new ArrayList<>();
		reply.forEach((entry) -> entries.add((List<?>) entry));
		return entries;
	}

	static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	static String id(List<?> entry) {
		return new String((byte[]) entry.get(0), StandardCharsets.UTF_8);
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Expiries that were read by their ids.
	 *
	 * @param count how many ids were processed
	 * @param entries the entries that still exist, each with its id and its fields
	 */
	record Fetched(int count, List<List<?>> entries) {
	}

	/**
	 * Some expiries.
	 *
	 * @param next where to resume, {@link #START} at the end
	 * @param entries each with its id and its fields
	 */
	record Page(String next, List<List<?>> entries) {

		boolean isLast() {
			return this.next.equals(START);
		}

	}

}
