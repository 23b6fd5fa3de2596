package io.github.kvevents.store.redis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.TailRead;

/**
 * Waits for new entries with XREAD, one for all partitions, on a connection that does
 * nothing else.
 */
final class RedisLogTail implements ChangeLogStore.Tail {

	private final IndexNames index;

	private final LogCodec codec;

	private final Duration longestWait;

	private final RedisConnection connection;

	RedisLogTail(IndexNames index, LogCodec codec, Duration longestWait, RedisConnection connection) {
		this.index = index;
		this.codec = codec;
		this.longestWait = longestWait;
		this.connection = connection;
	}

	@Override
	@SuppressWarnings({ "unchecked", "rawtypes" }) // a generic array
	public Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout) {
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
		List<ByteRecord> entries = OwnKeys.naming(this.connection, offsets.stream().map(StreamOffset::getKey).toList(),
				() -> this.connection.streamCommands()
					.xRead(options(limit, timeout), offsets.toArray(StreamOffset[]::new)));
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
		return read;
	}

	private TailRead decode(int partition, List<ByteRecord> entries) {
		List<LoggedChange> changes = new ArrayList<>(entries.size());
		List<KvPosition> skipped = new ArrayList<>(0);
		for (ByteRecord entry : entries) {
			LoggedChange change = this.codec.decode(partition, entry);
			if (change != null) {
				changes.add(change);
			}
			else {
				skipped.add(LogCodec.position(partition, entry));
			}
		}
		return new TailRead(changes, skipped);
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
