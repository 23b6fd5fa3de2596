package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.StoredEntry;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;

/**
 * Event logs in streams. The first field of an entry holds its origin and number, see
 * {@code event-log-add.lua}.
 */
public final class RedisEventLogStore implements EventLogStore {

	private static final RedisScript ADD = RedisScript.load(RedisEventLogStore.class, "event-log-add.lua");

	private final RedisConnectionFactory connectionFactory;

	private final Namespace namespace;

	private final StreamPages pages;

	private final RedisTemplate<byte[], byte[]> template;

	private final @Nullable NamespaceCheck check;

	/**
	 * Creates the store; nothing is sent.
	 * @param connectionFactory where connections come from
	 * @param namespace names the keys in Redis
	 * @param check checks the namespace before it is used, {@code null} for no check
	 */
	public RedisEventLogStore(RedisConnectionFactory connectionFactory, Namespace namespace,
			@Nullable NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		this.connectionFactory = connectionFactory;
		this.pages = new StreamPages(connectionFactory, 1);
		this.namespace = namespace;
		this.check = check;
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
		checkNamespace();
		return Objects.requireNonNull(this.template
			.execute((RedisCallback<List<?>>) (connection) -> script.list(connection, keys, arguments)));
	}

	@Override
	public List<StoredEntry> last(String log, EntryId from, int max) {
		List<StoredEntry> entries = new ArrayList<>();
		StreamPages.Page page;
		String newest = "+";
		do {
			page = page(log, StreamPages.Request.backwards(key(log), newest, from.toString(), max - entries.size()));
			page.entries().forEach((entry) -> entries.add(entry(entry)));
			newest = entries.isEmpty() ? newest : "(" + entries.get(entries.size() - 1).id();
		}
		while (page.more() && entries.size() < max);
		Collections.reverse(entries);
		return entries;
	}

	@Override
	public List<StoredEntry> before(String log, EntryId id) {
		return entries(page(log, StreamPages.Request.backwards(key(log), "(" + id, "-", 1)));
	}

	/**
	 * {@inheritDoc} Bounded in bytes too, so there may be fewer.
	 */
	@Override
	public List<StoredEntry> after(String log, EntryId id, int max) {
		return entries(page(log, StreamPages.Request.forwards(key(log), "(" + id, max)));
	}

	private StreamPages.Page page(String log, StreamPages.Request request) {
		checkNamespace();
		return this.pages.read(request, (id) -> id + " of the event log " + KeyText.printable(log));
	}

	private void checkNamespace() {
		if (this.check != null) {
			this.check.check(this.connectionFactory);
		}
	}

	private static List<StoredEntry> entries(StreamPages.Page page) {
		return page.entries().stream().map(RedisEventLogStore::entry).toList();
	}

	private static StoredEntry entry(StreamPages.Entry entry) {
		return EntryMark.read(EntryId.parse(entry.id()), entry.fields());
	}

	@Override
	public Reader openReader() {
		return new RedisEventLogReader(this, this.connectionFactory);
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

}
