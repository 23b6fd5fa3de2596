package io.github.kvevents.redis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.TailRead;
import io.github.kvevents.support.PageSize;

/**
 * Waits for new entries with XREAD, one command for all partitions, on a connection of
 * its own. XREAD can't be bounded in bytes, so it asks for few entries; further entries,
 * and all entries at the start, are read in pages, which are bounded.
 */
final class RedisLogTail implements ChangeLogStore.Tail {

	/**
	 * Entries per partition in one XREAD. With one entry there would always seem to be
	 * more; the size of further entries is unknown, so they are read in pages.
	 */
	private static final int MAX_AWAITED = 2;

	private final IndexNames index;

	private final LogCodec codec;

	private final StreamPages pages;

	private final Duration longestWait;

	private final RedisConnection connection;

	private final PageSize size = new PageSize(1);

	/** By partition, whether there may be more entries than one XREAD returns. */
	private final Map<Integer, Boolean> behind = new HashMap<>();

	RedisLogTail(IndexNames index, LogCodec codec, StreamPages pages, Duration longestWait,
			RedisConnection connection) {
		this.index = index;
		this.codec = codec;
		this.pages = pages;
		this.longestWait = longestWait;
		this.connection = connection;
	}

	@Override
	public Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout) {
		Map<Integer, TailRead> read = new HashMap<>();
		Map<Integer, KvPosition> others = new HashMap<>(after);
		after.forEach((partition, position) -> {
			if (this.behind.getOrDefault(partition, true)) {
				TailRead page = readPage(position, limit);
				if (page != null) {
					read.put(partition, page);
					others.remove(partition);
				}
			}
		});
		read.putAll(await(others, limit, read.isEmpty() ? timeout : Duration.ZERO));
		return read;
	}

	private @Nullable TailRead readPage(KvPosition after, int limit) {
		int partition = after.partition();
		StreamPages.Page page = this.pages.read(
				StreamPages.Request.forwards(this.index.log(partition), "(" + LogIds.text(after), limit),
				(id) -> partition + ":" + id);
		this.behind.put(partition, page.more());
		List<LoggedChange> changes = new ArrayList<>(page.entries().size());
		List<KvPosition> skipped = new ArrayList<>(0);
		for (StreamPages.Entry entry : page.entries()) {
			add(this.codec.decode(partition, entry), LogIds.position(partition, entry.id()), changes, skipped);
		}
		return page.entries().isEmpty() ? null : new TailRead(changes, skipped);
	}

	@SuppressWarnings({ "unchecked", "rawtypes" }) // a generic array
	private Map<Integer, TailRead> await(Map<Integer, KvPosition> after, int limit, Duration timeout) {
		Map<ByteBuffer, Integer> partitions = new HashMap<>();
		List<StreamOffset<byte[]>> offsets = new ArrayList<>();
		after.forEach((partition, position) -> {
			byte[] log = this.index.log(partition);
			partitions.put(ByteBuffer.wrap(log), partition);
			offsets.add(StreamOffset.create(log, ReadOffset.from(LogIds.text(position))));
		});
		if (offsets.isEmpty()) {
			return Map.of();
		}
		int count = this.size.count(Math.min(limit, MAX_AWAITED));
		List<ByteRecord> entries = OwnKeys.naming(this.connection, offsets.stream().map(StreamOffset::getKey).toList(),
				() -> this.connection.streamCommands()
					.xRead(options(count, timeout), offsets.toArray(StreamOffset[]::new)));
		Map<Integer, List<ByteRecord>> byPartition = new HashMap<>();
		if (entries != null) {
			for (ByteRecord entry : entries) {
				Integer partition = partitions.get(ByteBuffer.wrap(entry.getRequiredStream()));
				if (partition != null) {
					byPartition.computeIfAbsent(partition, (number) -> new ArrayList<>()).add(entry);
				}
			}
		}
		Map<Integer, TailRead> read = new HashMap<>();
		byPartition.forEach((partition, records) -> read.put(partition, decode(partition, records)));
		byPartition.forEach((partition, records) -> this.behind.put(partition, records.size() >= count));
		long bytes = read.values()
			.stream()
			.flatMap((partition) -> partition.changes().stream())
			.mapToLong(LoggedChange::bytes)
			.sum();
		this.size.succeeded((entries != null) ? entries.size() : 0, bytes);
		return read;
	}

	private TailRead decode(int partition, List<ByteRecord> entries) {
		List<LoggedChange> changes = new ArrayList<>(entries.size());
		List<KvPosition> skipped = new ArrayList<>(0);
		for (ByteRecord entry : entries) {
			add(this.codec.decode(partition, entry), LogCodec.position(partition, entry), changes, skipped);
		}
		return new TailRead(changes, skipped);
	}

	private static void add(@Nullable LoggedChange change, KvPosition position, List<LoggedChange> changes,
			List<KvPosition> skipped) {
		if (change != null) {
			changes.add(change);
		}
		else {
			skipped.add(position);
		}
	}

	private StreamReadOptions options(int limit, Duration timeout) {
		StreamReadOptions options = StreamReadOptions.empty().count(limit);
		Duration wait = (timeout.compareTo(this.longestWait) < 0) ? timeout : this.longestWait;
		return (wait.toMillis() > 0) ? options.block(wait) : options;
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
