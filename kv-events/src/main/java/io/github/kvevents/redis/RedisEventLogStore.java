package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
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

	private final RedisConnections connections;

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
		this.connections = RedisConnections.of(connectionFactory).checkedBy(check);
	}

	byte[] key(String log) {
		return this.namespace.eventLog(log).getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public int groupOf(String log) {
		return this.connections.isCluster() ? this.namespace.partitionOf(log) : 0;
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
		byte[] ids = this.connections.call((connection) -> ADD.value(connection, List.of(key(log)), arguments));
		return Arrays.stream(text(Objects.requireNonNull(ids)).split(" ")).map(EntryId::parse).toList();
	}

	List<?> run(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
		return this.connections.call((connection) -> script.list(connection, keys, arguments));
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

	/**
	 * The first field of each entry in Redis, as {@code event-log-add.lua} writes it.
	 */
	private static final class EntryMark {

		private static final Pattern VALUE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

		private EntryMark() {
		}

		/**
		 * Separates the mark from the fields of an entry. An entry that another client
		 * added has none.
		 */
		static StoredEntry read(EntryId id, List<byte[]> fields) {
			if (fields.size() >= 2 && fields.get(0).length == 1 && fields.get(0)[0] == '#') {
				Matcher value = VALUE.matcher(new String(fields.get(1), StandardCharsets.ISO_8859_1));
				if (value.matches()) {
					return new StoredEntry(id, Long.parseLong(value.group(2)), Long.parseLong(value.group(1)),
							List.copyOf(fields.subList(2, fields.size())));
				}
			}
			return new StoredEntry(id, StoredEntry.UNKNOWN, StoredEntry.UNKNOWN, List.copyOf(fields));
		}

	}

}
