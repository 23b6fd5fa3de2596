package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
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
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.UnreadableLogException;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.StoredEntry;
import io.github.kvevents.support.PageSize;

/**
 * Waits for new entries with XREAD, on a connection of its own. With drivers whose
 * blocking calls can't be interrupted it blocks only briefly, so that a log that is
 * followed meanwhile is read soon. It always blocks for less than the command timeout.
 */
final class RedisEventLogReader implements EventLogStore.Reader {

	private static final RedisScript CHECK = RedisScript.load(RedisEventLogReader.class, "event-log-check.lua");

	private static final Duration UNINTERRUPTED = Duration.ofMillis(100);

	/**
	 * Entries per log in one XREAD. With one entry there would always seem to be more;
	 * the size of further entries is unknown, so they are read in pages.
	 */
	private static final int MAX_AWAITED = 2;

	private static final int PAGE = 500;

	private final RedisEventLogStore store;

	private final RedisConnection connection;

	private final RedisConnectionFactory connectionFactory;

	private final PageSize size = new PageSize(1);

	/** By log, whether there may be more entries than one XREAD returns. */
	private final Map<String, Boolean> behind = new HashMap<>();

	RedisEventLogReader(RedisEventLogStore store, RedisConnectionFactory connectionFactory) {
		this.store = store;
		this.connection = RedisLink.forPages(connectionFactory).getConnection();
		this.connectionFactory = connectionFactory;
	}

	@Override
	public Map<String, List<StoredEntry>> read(Map<String, EntryId> positions, Duration wait) {
		this.behind.keySet().retainAll(positions.keySet());
		Map<String, List<StoredEntry>> read = new LinkedHashMap<>();
		Map<String, EntryId> others = new HashMap<>(positions);
		positions.forEach((log, position) -> {
			if (this.behind.getOrDefault(log, true)) {
				List<StoredEntry> page = after(log, position);
				this.behind.put(log, !page.isEmpty());
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

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private Map<String, List<StoredEntry>> await(Map<String, EntryId> positions, @Nullable Duration wait) {
		Map<String, String> logs = new HashMap<>();
		List<StreamOffset<byte[]>> offsets = new ArrayList<>();
		positions.forEach((log, position) -> {
			byte[] key = this.store.key(log);
			logs.put(new String(key, StandardCharsets.UTF_8), log);
			offsets.add(StreamOffset.create(key, ReadOffset.from(position.toString())));
		});
		int count = this.size.count(MAX_AWAITED);
		StreamReadOptions atOnce = StreamReadOptions.empty().count(count);
		StreamReadOptions options = (wait != null) ? atOnce.block(block(wait)) : atOnce;
		List<ByteRecord> records = OwnKeys.naming(this.connection, offsets.stream().map(StreamOffset::getKey).toList(),
				() -> this.connection.streamCommands().xRead(options, offsets.toArray(StreamOffset[]::new)));
		Map<String, List<StoredEntry>> entries = new LinkedHashMap<>();
		long bytes = 0;
		if (records != null) {
			for (ByteRecord record : records) {
				String log = logs.get(new String(record.getRequiredStream(), StandardCharsets.UTF_8));
				entries.computeIfAbsent(log, (name) -> new ArrayList<>()).add(RedisEventLogStore.entry(record));
				bytes += record.getValue().values().stream().mapToLong((value) -> value.length).sum();
			}
		}
		entries.forEach((log, list) -> this.behind.put(log, list.size() >= count));
		this.size.succeeded((records != null) ? records.size() : 0, bytes);
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
		return (reply.indexOf('-') > 0) ? new EventLogStore.LogEnd(EntryId.parse(reply), "")
				: new EventLogStore.LogEnd(EntryId.ZERO, reply);
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
