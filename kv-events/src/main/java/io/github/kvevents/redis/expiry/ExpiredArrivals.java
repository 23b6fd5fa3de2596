package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.OwnKeys;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.redis.SharedWaits;
import io.github.kvevents.redis.WaitMember;
import io.github.kvevents.support.PageSize;

/**
 * Waits for new expiries of one partition, and for wake-up messages of other instances. A
 * consumer of the group waits on a connection of its own. In a Redis Cluster the wait is
 * shared with all that wait for the partition, so it only says that there is something.
 * Confined to one thread, except where noted.
 */
final class ExpiredArrivals {

	private static final RedisScript TAKE = RedisScript.load(ExpiredStream.class, "take.lua");

	private static final RedisScript ENDS = RedisScript.load(RedisScript.class, "stream-ends.lua");

	/** The size of further entries is unknown, so a script takes them. */
	private static final int MAX_AWAITED = 2;

	/** Wake-up messages are small. */
	private static final int MAX_WOKEN = 100;

	private final byte[] name;

	private final byte[] wake;

	private final String instanceId;

	private final int pageBytes;

	private final PageSize size = new PageSize(1);

	/** Whether more entries may wait. */
	private boolean behind = true;

	/** {@code null} if the connection waits. */
	private volatile @Nullable WaitMember member;

	/** Behind which entry of each stream to wait. */
	private String nameFrom = ExpiredStream.START;

	private String wakeFrom = ExpiredStream.START;

	ExpiredArrivals(byte[] name, byte[] wake, String instanceId, int pageBytes) {
		this.name = name;
		this.wake = wake;
		this.instanceId = instanceId;
		this.pageBytes = pageBytes;
	}

	/**
	 * Begins to wait on a new connection.
	 * @param factory where the connection comes from
	 */
	void open(RedisConnection connection, RedisConnectionFactory factory) {
		SharedWaits waits = SharedWaits.of(factory);
		if (waits != null) {
			this.member = waits.join(this.name);
			lookAgain(connection);
		}
	}

	/**
	 * Looks from time to time whether something was missed: a stream that was lost may
	 * begin anew with lower ids.
	 */
	void lookAgain(RedisConnection connection) {
		if (this.member != null) {
			List<?> ends = ENDS.list(connection, List.of(this.name, this.wake), List.of());
			this.nameFrom = position(ends.get(0));
			this.wakeFrom = position(ends.get(1));
			this.behind = true;
		}
	}

	private static String position(Object end) {
		String text = ExpiredStream.text(end);
		return (text.indexOf('-') > 0) ? text : ExpiredStream.START;
	}

	/**
	 * Ends a wait at once. For any thread.
	 */
	void wakeUp() {
		WaitMember member = this.member;
		if (member != null) {
			member.wakeUp();
		}
	}

	void close() {
		WaitMember member = this.member;
		this.member = null;
		if (member != null) {
			member.close();
		}
	}

	/**
	 * Takes new expiries if there may be some.
	 * @param max how many at most
	 * @return the expiries, bounded in bytes
	 */
	List<List<?>> takeMore(RedisConnection connection, int max) {
		if (!this.behind) {
			return List.of();
		}
		List<List<?>> entries = new ArrayList<>();
		TAKE.list(connection, List.of(this.name), ExpiredStream.arguments(this.instanceId, max, this.pageBytes))
			.forEach((entry) -> entries.add((List<?>) entry));
		if (this.member == null || entries.isEmpty()) {
			this.behind = !entries.isEmpty();
		}
		else {
			this.behind = entries.size() >= max || bytes(entries) >= this.pageBytes;
			this.nameFrom = ExpiredStream.id(entries.get(entries.size() - 1));
		}
		return entries;
	}

	private static long bytes(List<List<?>> entries) {
		return entries.stream()
			.flatMap((entry) -> ((List<?>) entry.get(1)).stream())
			.mapToLong((field) -> ((byte[]) field).length)
			.sum();
	}

	/**
	 * Waits for new expiries and for wake-up messages. The command can't be bounded in
	 * bytes, so it takes few.
	 * @param wait how long to wait if there is none
	 * @return expiries and messages; there may be others that {@link #takeMore} takes
	 */
	List<ByteRecord> await(RedisConnection connection, Duration wait) {
		WaitMember member = this.member;
		try {
			int count = this.size.count(MAX_AWAITED);
			List<ByteRecord> entries = OwnKeys.naming(connection, List.of(this.name, this.wake), () -> (member != null)
					? awaitShared(connection, member, count, wait)
					: read(connection, StreamReadOptions.empty().count(count).block(wait), this.name, this.wake));
			if (member == null) {
				this.behind = entries.stream().filter((entry) -> !isWake(entry)).count() >= count;
				noteSize(entries);
			}
			return entries;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			this.size.failed();
			throw ex;
		}
	}

	private void noteSize(List<ByteRecord> entries) {
		this.size.succeeded(entries.size(),
				entries.stream()
					.flatMap((entry) -> entry.getValue().values().stream())
					.mapToLong((value) -> value.length)
					.sum());
	}

	private List<ByteRecord> awaitShared(RedisConnection connection, WaitMember member, int count, Duration wait) {
		WaitMember.Awaited awaited = member.await(List.of(offset(this.name, ReadOffset.from(this.nameFrom)),
				offset(this.wake, ReadOffset.from(this.wakeFrom))), count, wait);
		noteSize(awaited.entries());
		boolean woken = !awaited.known();
		this.behind = false;
		if (woken) {
			lookAgain(connection);
		}
		for (ByteRecord entry : awaited.entries()) {
			if (isWake(entry)) {
				woken = true;
			}
			else {
				this.nameFrom = entry.getId().getValue();
				this.behind = true;
			}
		}
		return woken ? readWoken(connection) : List.of();
	}

	private List<ByteRecord> readWoken(RedisConnection connection) {
		List<ByteRecord> woken = read(connection, StreamReadOptions.empty().count(MAX_WOKEN), this.wake);
		if (!woken.isEmpty()) {
			this.wakeFrom = woken.get(woken.size() - 1).getId().getValue();
		}
		return woken;
	}

	@SuppressWarnings("unchecked") // a generic array for the streams
	private List<ByteRecord> read(RedisConnection connection, StreamReadOptions options, byte[]... streams) {
		List<ByteRecord> entries = connection.streamCommands()
			.xReadGroup(Consumer.from(ExpiredGroup.NAME, this.instanceId), options,
					Arrays.stream(streams)
						.map((stream) -> offset(stream, ReadOffset.lastConsumed()))
						.toArray(StreamOffset[]::new));
		return (entries != null) ? entries : List.of();
	}

	private static StreamOffset<byte[]> offset(byte[] stream, ReadOffset offset) {
		return StreamOffset.create(stream, offset);
	}

	/**
	 * Whether an entry is a wake-up message and not an expiry.
	 */
	boolean isWake(ByteRecord entry) {
		return Arrays.equals(entry.getStream(), this.wake);
	}

}
