package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.redis.BoundedReads.ValuePages;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;

/**
 * The change log that a {@link RedisKvStore} keeps, a stream for each partition. Entries
 * of keys without the key prefix are left out. Failures are Spring's
 * {@code DataAccessException}s. Used by many threads at once.
 */
public final class RedisChangeLogStore implements ChangeLogStore {

	private static final RedisScript STATE = RedisScript.load(RedisChangeLogStore.class, "log-state.lua");

	private static final RedisScript TIME = RedisScript.load(RedisChangeLogStore.class, "log-time.lua");

	private static final RedisScript SNAPSHOT = RedisScript.load(RedisChangeLogStore.class, "log-snapshot.lua");

	private static final RedisScript TRIM = RedisScript.load(RedisChangeLogStore.class, "log-trim.lua");

	private final RedisConnectionFactory connectionFactory;

	private final RedisConnections connections;

	/** For reads that may be large. */
	private final RedisConnections pageConnections;

	private final KeyNames names;

	private final ChangeLogSettings settings;

	private final IndexNames index;

	private final LogCodec codec;

	private final StreamPages pages;

	private final ValuePages values;

	/**
	 * Creates a reader of the log; nothing is sent.
	 * @param connectionFactory where connections come from; each tail occupies one
	 * @param names maps keys to their names in Redis, the same as in the store
	 * @param settings where the log is, the same as in the store
	 */
	public RedisChangeLogStore(RedisConnectionFactory connectionFactory, KeyNames names, ChangeLogSettings settings) {
		this(connectionFactory, names, settings, new NamespaceCheck(settings.namespace(), names));
	}

	/**
	 * Creates a reader of the log; nothing is sent.
	 * @param connectionFactory as above
	 * @param names as above
	 * @param settings as above
	 * @param check checks the namespace before it is used
	 */
	public RedisChangeLogStore(RedisConnectionFactory connectionFactory, KeyNames names, ChangeLogSettings settings,
			NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(names, "'names' must not be null");
		Assert.notNull(settings, "'settings' must not be null");
		this.connectionFactory = connectionFactory;
		this.connections = new RedisConnections(connectionFactory).checkedBy(check);
		this.names = names.in(settings.namespace());
		this.settings = settings;
		this.index = new IndexNames(settings.namespace());
		this.codec = new LogCodec(this.names);
		this.pageConnections = new RedisConnections(RedisLink.forPages(connectionFactory)).checkedBy(check);
		this.values = new ValuePages(this.pageConnections, this.connections);
		this.pages = new StreamPages(this.pageConnections, this.connections, settings.namespace().partitions());
	}

	@Override
	public ChangeLogSettings getSettings() {
		return this.settings;
	}

	/**
	 * {@inheritDoc} Skips foreign entries until it finds a change or the end of the log:
	 * otherwise a page of foreign entries would look like the end.
	 */
	@Override
	public List<LoggedChange> read(KvPosition after, int limit) {
		return read(after.partition(), "(" + LogCodec.id(after), limit, false).changes();
	}

	@Override
	public LogPage readOn(KvPosition from, int limit) {
		return read(from.partition(), LogCodec.id(from), limit + 1, true);
	}

	private LogPage read(int partition, String from, int limit, boolean known) {
		byte[] log = this.index.log(partition);
		List<LoggedChange> changes = new ArrayList<>();
		StreamPages.Page page;
		boolean news = false;
		String next = from;
		do {
			StreamPages.Request request = StreamPages.Request.forwards(log, next, limit);
			page = this.pages.read(known ? request.knowingTheFirst() : request, (id) -> partition + ":" + id);
			for (StreamPages.Entry entry : page.entries()) {
				LoggedChange change = this.codec.decode(partition, entry);
				if (change != null) {
					changes.add(change);
					news |= !entry.known();
				}
				next = "(" + entry.id();
			}
		}
		while (!news && page.more() && limit > (known ? 1 : 0));
		return new LogPage(changes, page.more());
	}

	@Override
	public long askMillis(int partition) {
		List<byte[]> keys = List.of(this.index.log(partition));
		return this.connections.call((connection) -> TIME.count(connection, keys, List.of()));
	}

	@Override
	public LogState getState(int partition) {
		List<byte[]> keys = List.of(this.index.log(partition));
		List<?> reply = this.connections.call((connection) -> STATE.list(connection, keys, List.of()));
		if (reply.isEmpty()) {
			return new LogState(null, new KvPosition(partition, 0, 0), 0, 0);
		}
		@Nullable KvPosition first = (reply.size() > 3) ? position(partition, reply.get(3)) : null;
		return new LogState(first, position(partition, reply.get(2)), (Long) reply.get(0), (Long) reply.get(1));
	}

	@Override
	public LogSnapshot snapshot(int partition, List<String> keys) {
		if (keys.isEmpty()) {
			return new LogSnapshot(List.of(), getState(partition).last());
		}
		byte[] log = this.index.log(partition);
		List<byte[]> names = keys.stream().map(this.names::toRedis).toList();
		List<?> reply = this.values.read(List.of(log), names, SNAPSHOT);
		List<Optional<byte[]>> values = new ArrayList<>(keys.size());
		reply.subList(1, reply.size()).forEach((value) -> values.add(Optional.ofNullable((byte[]) value)));
		return new LogSnapshot(values, position(partition, reply.get(0)));
	}

	private static KvPosition position(int partition, @Nullable Object id) {
		Assert.state(id instanceof byte[], "A position is missing from a reply");
		return LogCodec.position(partition, (byte[]) id);
	}

	@Override
	public void trim(KvPosition before) {
		List<byte[]> keys = List.of(this.index.log(before.partition()));
		List<byte[]> arguments = List.of(LogCodec.id(before).getBytes(StandardCharsets.US_ASCII));
		this.connections.run((connection) -> {
			while (TRIM.count(connection, keys, arguments) > 0) {
				// one call removes a bounded number, so that other clients don't wait
				// long
			}
		});
	}

	@Override
	public boolean isDistributed() {
		return this.connections.isCluster();
	}

	@Override
	public Tail openTail() {
		return new RedisLogTail(this.index, this.codec, this.pages,
				BlockingReads.waitTime(this.connectionFactory, BlockingReads.MAX_WAIT),
				new AwaitedStreams<>(this.pageConnections.open(), this.connectionFactory));
	}

}
