package io.github.kvevents.redis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.support.PageSize;

/**
 * Waits for new entries of several streams with one XREAD, on a connection of its own; in
 * a Redis Cluster together with all others that wait for streams of the same slot. XREAD
 * can't be bounded in bytes, so it asks for few entries; further entries, and all entries
 * at the start, are for the caller to read in pages, which are bounded. Confined to one
 * thread.
 *
 * @param <K> what identifies a stream
 */
final class AwaitedStreams<K> implements AutoCloseable {

	/**
	 * Entries per stream in one XREAD. With one entry there would always seem to be more;
	 * the size of further entries is unknown, so they are read in pages.
	 */
	private static final int MAX_AWAITED = 2;

	private final RedisConnection connection;

	/** {@code null} if the connection waits. */
	private final @Nullable SharedWaits waits;

	private @Nullable WaitMember member;

	private final PageSize size = new PageSize(1);

	/** By stream, whether there may be more entries than one XREAD returns. */
	private final Map<K, Boolean> behind = new HashMap<>();

	/**
	 * Creates a reader that knows no stream yet.
	 * @param connection a connection of its own, which is closed with it
	 * @param factory where the connection comes from
	 */
	AwaitedStreams(RedisConnection connection, RedisConnectionFactory factory) {
		this.connection = connection;
		this.waits = SharedWaits.of(factory);
	}

	/**
	 * Whether a page is to be read, not awaited.
	 */
	boolean isBehind(K stream) {
		return this.behind.getOrDefault(stream, true);
	}

	/**
	 * A page was read.
	 * @param behind whether there may be more
	 */
	void setBehind(K stream, boolean behind) {
		this.behind.put(stream, behind);
	}

	/**
	 * Forgets the other streams.
	 */
	void retain(Collection<K> streams) {
		this.behind.keySet().retainAll(streams);
	}

	/**
	 * Waits for new entries.
	 * @param offsets after which entry, by stream; at least one
	 * @param limit how many entries of each stream at most
	 * @param wait for how long to wait at most, {@code null} not to wait
	 * @return the entries of the streams that have some
	 */
	Map<K, List<ByteRecord>> await(Map<K, StreamOffset<byte[]>> offsets, int limit, @Nullable Duration wait) {
		Map<ByteBuffer, K> streams = new HashMap<>();
		offsets.forEach((stream, offset) -> streams.put(ByteBuffer.wrap(offset.getKey()), stream));
		int count = this.size.count(Math.min(limit, MAX_AWAITED));
		List<StreamOffset<byte[]>> streamOffsets = List.copyOf(offsets.values());
		List<ByteRecord> records = OwnKeys.naming(this.connection,
				streamOffsets.stream().map(StreamOffset::getKey).toList(), () -> (wait != null && this.waits != null)
						? awaitShared(this.waits, streamOffsets, count, wait) : read(streamOffsets, count, wait));
		if (records == null) {
			offsets.keySet().forEach((stream) -> setBehind(stream, true));
			return Map.of();
		}
		Map<K, List<ByteRecord>> entries = new LinkedHashMap<>();
		long bytes = 0;
		for (ByteRecord record : records) {
			K stream = streams.get(ByteBuffer.wrap(record.getRequiredStream()));
			if (stream != null) {
				entries.computeIfAbsent(stream, (found) -> new ArrayList<>()).add(record);
				bytes += record.getValue().values().stream().mapToLong((value) -> value.length).sum();
			}
		}
		entries.forEach((stream, read) -> setBehind(stream, read.size() >= count));
		this.size.succeeded(records.size(), bytes);
		return entries;
	}

	@SuppressWarnings({ "unchecked", "rawtypes" }) // a generic array
	private List<ByteRecord> read(List<StreamOffset<byte[]>> offsets, int count, @Nullable Duration wait) {
		StreamReadOptions atOnce = StreamReadOptions.empty().count(count);
		StreamReadOptions options = (wait != null) ? atOnce.block(wait) : atOnce;
		List<ByteRecord> records = this.connection.streamCommands()
			.xRead(options, offsets.toArray(StreamOffset[]::new));
		return (records != null) ? records : List.of();
	}

	/**
	 * Waits together with others.
	 * @return the entries, {@code null} if there may be any
	 */
	private @Nullable List<ByteRecord> awaitShared(SharedWaits waits, List<StreamOffset<byte[]>> offsets, int count,
			Duration wait) {
		WaitMember member = this.member;
		if (member == null) {
			member = waits.join(offsets.get(0).getKey());
			this.member = member;
		}
		WaitMember.Awaited awaited = member.await(offsets, count, wait);
		return awaited.known() ? awaited.entries() : null;
	}

	@Override
	public void close() {
		if (this.member != null) {
			this.member.close();
		}
		this.connection.close();
	}

}
