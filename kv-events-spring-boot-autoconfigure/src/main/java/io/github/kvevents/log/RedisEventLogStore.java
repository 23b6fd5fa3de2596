package io.github.kvevents.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStreamCommands;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.serializer.RedisSerializer;

import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;

/**
 * Event logs in streams. The first field of an entry holds its origin and number, see the
 * script that adds.
 */
final class RedisEventLogStore implements EventLogStore {

	@SuppressWarnings("rawtypes")
	private static final RedisScript<List> ADD = script("event-log-add.lua");

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

	@SuppressWarnings("rawtypes")
	static RedisScript<List> script(String name) {
		return RedisScript.of(new ClassPathResource(name, RedisEventLogStore.class), List.class);
	}

	byte[] key(String log) {
		return this.namespace.eventLog(log).getBytes(StandardCharsets.UTF_8);
	}

	RedisTemplate<byte[], byte[]> template() {
		return this.template;
	}

	@Override
	public List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options) {
		List<Object> arguments = new ArrayList<>();
		arguments.add(options.isBounded() ? ascii(options.getMaxLength()) : new byte[0]);
		arguments.add((options.getTimeToLiveAfterLastAdd() != null)
				? ascii(Lifetimes.toMillis(options.getTimeToLiveAfterLastAdd())) : new byte[0]);
		for (List<byte[]> fields : entries) {
			arguments.add(ascii(fields.size()));
			arguments.addAll(fields);
		}
		List<?> ids = this.template.execute(ADD, List.of(key(log)), arguments.toArray());
		return ids.stream().map((id) -> EntryId.parse(text(id))).toList();
	}

	@Override
	public List<StoredEntry> last(String log, EntryId from, int max) {
		List<StoredEntry> entries = read((commands) -> commands.xRevRange(key(log),
				Range.rightUnbounded(Bound.inclusive(from.toString())), Limit.limit().count(max)));
		Collections.reverse(entries);
		return entries;
	}

	@Override
	public List<StoredEntry> before(String log, EntryId id) {
		return read((commands) -> commands.xRevRange(key(log), Range.leftUnbounded(Bound.exclusive(id.toString())),
				Limit.limit().count(1)));
	}

	@Override
	public List<StoredEntry> after(String log, EntryId id, int max) {
		return read((commands) -> commands.xRange(key(log), Range.rightUnbounded(Bound.exclusive(id.toString())),
				Limit.limit().count(max)));
	}

	@Override
	public Reader openReader() {
		return new RedisEventLogReader(this, this.connectionFactory);
	}

	private List<StoredEntry> read(Read read) {
		List<ByteRecord> records = this.template
			.execute((RedisCallback<List<ByteRecord>>) (connection) -> read.from(connection.streamCommands()));
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
