package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;

/**
 * Waits for new entries, one command for all partitions; those that are behind are read
 * in pages.
 */
final class RedisLogTail implements ChangeLogStore.Tail {

	private final IndexNames index;

	private final LogCodec codec;

	private final StreamPages pages;

	private final Duration longestWait;

	private final AwaitedStreams<Integer> streams;

	RedisLogTail(IndexNames index, LogCodec codec, StreamPages pages, Duration longestWait,
			AwaitedStreams<Integer> streams) {
		this.index = index;
		this.codec = codec;
		this.pages = pages;
		this.longestWait = longestWait;
		this.streams = streams;
	}

	@Override
	public Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout) {
		Map<Integer, TailRead> read = new HashMap<>();
		Map<Integer, KvPosition> others = new HashMap<>(after);
		after.forEach((partition, position) -> {
			if (this.streams.isBehind(partition)) {
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
				StreamPages.Request.forwards(this.index.log(partition), "(" + LogCodec.id(after), limit),
				(id) -> partition + ":" + id);
		this.streams.setBehind(partition, page.more());
		List<LoggedChange> changes = new ArrayList<>(page.entries().size());
		List<KvPosition> skipped = new ArrayList<>(0);
		for (StreamPages.Entry entry : page.entries()) {
			add(this.codec.decode(partition, entry), LogCodec.position(partition, entry.id()), changes, skipped);
		}
		return page.entries().isEmpty() ? null : new TailRead(changes, skipped);
	}

	private Map<Integer, TailRead> await(Map<Integer, KvPosition> after, int limit, Duration timeout) {
		if (after.isEmpty()) {
			return Map.of();
		}
		Map<Integer, StreamOffset<byte[]>> offsets = new HashMap<>();
		after.forEach((partition, position) -> offsets.put(partition,
				StreamOffset.create(this.index.log(partition), ReadOffset.from(LogCodec.id(position)))));
		Duration wait = (timeout.compareTo(this.longestWait) < 0) ? timeout : this.longestWait;
		Map<Integer, TailRead> read = new HashMap<>();
		this.streams.await(offsets, limit, (wait.toMillis() > 0) ? wait : null)
			.forEach((partition, entries) -> read.put(partition, decode(partition, entries)));
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

	@Override
	public void close() {
		this.streams.close();
	}

}
