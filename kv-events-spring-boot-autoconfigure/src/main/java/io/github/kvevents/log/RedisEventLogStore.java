package io.github.kvevents.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStreamCommands;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.OwnKeys;
import io.github.kvevents.store.redis.RedisScript;

/**
 * Event logs in streams. The first field of an entry holds its origin and number, see the
 * script that adds.
 */
final class RedisEventLogStore implements EventLogStore {

	private static final RedisScript ADD = RedisScript.load(RedisEventLogStore.class, "event-log-add.lua");

	private final RedisConnectionFactory connectionFactory;

	private final Namespace namespace;

	private final RedisTemplate<byte[], byte[]> template;

	RedisEventLogStore(RedisConnectionFactory connectionFactory, Namespace namespace) {
		this.connectionFactory = connectionFactory;
		this.namespace = namespace;
		this.template = new RedisTemplate<>();
		this.template.setConnectionFactory(connectionFactory);
		this.template.setDefaultSerializer(RedisSerializer.byteArray());
		this.template.afterPropertiesSet();
	}

	byte[] key(String log) {
		return this.namespace.eventLog(log).getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options) {
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(options.isBounded() ? ascii(options.getMaxLength()) : new byte[0]);
		arguments.add((options.getTimeToLiveAfterLastAdd() != null)
				? ascii(Lifetimes.toMillis(options.getTimeToLiveAfterLastAdd())) : new byte[0]);
		for (List<byte[]> fields : entries) {
			arguments.add(ascii(fields.size()));
			arguments.addAll(fields);
		}
		List<?> ids = run(ADD, List.of(key(log)), arguments);
		return ids.stream().map((id) -> EntryId.parse(text(id))).toList();
	}

	List<?> run(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
		return Objects.requireNonNull(this.template
			.execute((RedisCallback<List<?>>) (connection) -> script.list(connection, keys, arguments)));
	}

	@Override
	public List<StoredEntry> last(String log, EntryId from, int max) {
		List<StoredEntry> entries = read(log, (commands) -> commands.xRevRange(key(log),
				Range.rightUnbounded(Bound.inclusive(from.toString())), Limit.limit().count(max)));
		Collections.reverse(entries);
		return entries;
	}

	@Override
	public List<StoredEntry> before(String log, EntryId id) {
		return read(log, (commands) -> commands.xRevRange(key(log), Range.leftUnbounded(Bound.exclusive(id.toString())),
				Limit.limit().count(1)));
	}

	@Override
	public List<StoredEntry> after(String log, EntryId id, int max) {
		return read(log, (commands) -> commands.xRange(key(log), Range.rightUnbounded(Bound.exclusive(id.toString())),
				Limit.limit().count(max)));
	}

	@Override
	public Reader openReader() {
		return new RedisEventLogReader(this, this.connectionFactory);
	}

	private List<StoredEntry> read(String log, Read read) {
		List<ByteRecord> records = this.template.execute((RedisCallback<List<ByteRecord>>) (connection) -> OwnKeys
			.naming(connection, List.of(key(log)), () -> read.from(connection.streamCommands())));
		List<StoredEntry> entries = new ArrayList<>();
		if (records != null) {
			records.forEach((record) -> entries.add(entry(record)));
		}
		return entries;
	}

	static StoredEntry entry(ByteRecord record) {
		List<byte[]> fields = new ArrayList<>();
		record.getValue().forEach((field, value) -> {
			fields.add(field);
			fields.add(value);
		});
		return EntryMark.read(EntryId.parse(record.getId().getValue()), fields);
	}

	static String text(Object reply) {
		return new String((byte[]) reply, StandardCharsets.UTF_8);
	}

	private static byte[] ascii(long number) {
		return String.valueOf(number).getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * A command that reads entries.
	 */
	private interface Read {

		List<ByteRecord> from(RedisStreamCommands commands);

	}

}
