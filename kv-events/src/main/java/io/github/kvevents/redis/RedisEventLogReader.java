package io.github.kvevents.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.EventLogStore.UnreadableLogException;

/**
 * Waits for new entries with XREAD, on a connection of its own. With drivers whose
 * blocking calls can't be interrupted it blocks only briefly, so that a log that is
 * followed meanwhile is read soon. It always blocks for less than the command timeout.
 */
final class RedisEventLogReader implements EventLogStore.Reader {

	private static final RedisScript CHECK = RedisScript.load(RedisEventLogReader.class, "stream-ends.lua");

	private static final Duration UNINTERRUPTED = Duration.ofMillis(100);

	private static final int PAGE = 500;

	private final RedisEventLogStore store;

	private final AwaitedStreams<String> streams;

	private final RedisConnectionFactory connectionFactory;

	RedisEventLogReader(RedisEventLogStore store, RedisConnectionFactory connectionFactory) {
		this.store = store;
		this.streams = new AwaitedStreams<>(RedisLink.forPages(connectionFactory).getConnection(), connectionFactory);
		this.connectionFactory = connectionFactory;
	}

	@Override
	public Map<String, List<StoredEntry>> read(Map<String, EntryId> positions, Duration wait) {
		this.streams.retain(positions.keySet());
		Map<String, List<StoredEntry>> read = new LinkedHashMap<>();
		Map<String, EntryId> others = new HashMap<>(positions);
		positions.forEach((log, position) -> {
			if (this.streams.isBehind(log)) {
				List<StoredEntry> page = after(log, position);
				this.streams.setBehind(log, !page.isEmpty());
				if (!page.isEmpty()) {
					read.put(log, page);
					others.remove(log);
				}
			}
		});
		if (!others.isEmpty()) {
			read.putAll(await(others, read.isEmpty() ? wait : null));
		}
		return read;
	}

	private List<StoredEntry> after(String log, EntryId position) {
		try {
			return this.store.after(log, position, PAGE);
		}
		catch (EntryTooLargeException ex) {
			throw new UnreadableLogException(log, ex);
		}
	}

	private Map<String, List<StoredEntry>> await(Map<String, EntryId> positions, @Nullable Duration wait) {
		Map<String, StreamOffset<byte[]>> offsets = new HashMap<>();
		positions.forEach((log, position) -> offsets.put(log,
				StreamOffset.create(this.store.key(log), ReadOffset.from(position.toString()))));
		Map<String, List<StoredEntry>> entries = new LinkedHashMap<>();
		this.streams.await(offsets, Integer.MAX_VALUE, (wait != null) ? block(wait) : null)
			.forEach((log, records) -> entries.put(log, records.stream().map(RedisEventLogStore::entry).toList()));
		return entries;
	}

	private Duration block(Duration wait) {
		boolean whole = BlockingReads.endOnInterrupt(this.connectionFactory) || wait.compareTo(UNINTERRUPTED) < 0;
		return BlockingReads.waitTime(this.connectionFactory, whole ? wait : UNINTERRUPTED);
	}

	@Override
	public Map<String, EventLogStore.LogEnd> check(Collection<String> logs) {
		List<String> names = List.copyOf(logs);
		List<?> reply = this.store.run(CHECK, names.stream().map(this.store::key).toList(), List.of());
		Map<String, EventLogStore.LogEnd> ends = new HashMap<>();
		for (int index = 0; index < names.size(); index++) {
			ends.put(names.get(index), end(RedisEventLogStore.text(reply.get(index))));
		}
		return ends;
	}

	private static EventLogStore.LogEnd end(String reply) {
		if (reply.isEmpty()) {
			return new EventLogStore.LogEnd(EntryId.ZERO, "");
		}
		return (reply.indexOf('-') > 0) ? lastId(reply) : new EventLogStore.LogEnd(EntryId.ZERO, reply);
	}

	/**
	 * Another client may add an entry whose id is larger than those of the clock: that
	 * log can't be followed any more, but others can.
	 */
	private static EventLogStore.LogEnd lastId(String id) {
		try {
			return new EventLogStore.LogEnd(EntryId.parse(id), "");
		}
		catch (IllegalArgumentException ex) {
			return new EventLogStore.LogEnd(EntryId.ZERO, "stream with larger ids than a log can have");
		}
	}

	@Override
	public void close() {
		this.streams.close();
	}

}
