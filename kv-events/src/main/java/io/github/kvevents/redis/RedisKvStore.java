package io.github.kvevents.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.redis.BoundedReads.ValuePages;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

/**
 * Keys in Redis 7.0 or later, or Valkey 7.2 or later. Each operation on one key is one
 * command; the very first one asks for the server's version before it, and nothing
 * connects earlier. A key that holds another type than a string fails with a
 * {@code DataAccessException} that names it, and stays as it is.
 */
public final class RedisKvStore implements KvStore {

	/** A health check must not wait long for a server that does not answer. */
	private static final Duration PING_PATIENCE = Duration.ofSeconds(2);

	private final RedisConnections connections;

	private final KeyNames names;

	private final RedisReads reads;

	private final Writes plainWrites;

	private final @Nullable TrackedWrites trackedWrites;

	private final WritableCheck writable;

	/**
	 * Creates a store that tracks no expiry; nothing is sent.
	 * @param connectionFactory where connections come from, with Lettuce or Jedis
	 * @param names maps keys to their names in Redis
	 */
	public RedisKvStore(RedisConnectionFactory connectionFactory, KeyNames names) {
		this(connectionFactory, names, null, null);
	}

	/**
	 * Creates a store; nothing is sent.
	 * @param connectionFactory where connections come from, with Lettuce or Jedis
	 * @param names maps keys to their names in Redis
	 * @param tracking updates the deadline index with each write while it is active, in
	 * the same round trip; {@code null} for none
	 */
	public RedisKvStore(RedisConnectionFactory connectionFactory, KeyNames names, @Nullable ExpiryTracking tracking) {
		this(connectionFactory, names, tracking, null);
	}

	/**
	 * Creates a store; nothing is sent.
	 * @param connectionFactory where connections come from, with Lettuce or Jedis
	 * @param names maps keys to their names in Redis
	 * @param tracking updates the deadline index with each write while it is active, in
	 * the same round trip; {@code null} for none: expiries are not in the change log then
	 * @param log the change log that records each change in the same round trip;
	 * {@code null} for none
	 * @throws IllegalArgumentException if the two are in different namespaces
	 */
	public RedisKvStore(RedisConnectionFactory connectionFactory, KeyNames names, @Nullable ExpiryTracking tracking,
			@Nullable ChangeLogSettings log) {
		this(connectionFactory, connectionFactory, names, tracking, log, null);
	}

	/**
	 * Creates a store whose reads for the application use other connections than its
	 * decisions; nothing is sent.
	 * @param connectionFactory where connections to the primary come from
	 * @param readConnectionFactory where connections for reads of the application come
	 * from: possibly to replicas, whose values may lag
	 * @param names maps keys to their names in Redis; the tags of the namespace are added
	 * @param tracking updates the deadline index, as above
	 * @param log the change log, as above
	 * @param check checks the namespace before it is used; {@code null} for a check that
	 * allows any application
	 * @throws IllegalArgumentException if the two are in different namespaces, or in one
	 * that isn't tagged although the connections are to a Redis Cluster
	 */
	public RedisKvStore(RedisConnectionFactory connectionFactory, RedisConnectionFactory readConnectionFactory,
			KeyNames names, @Nullable ExpiryTracking tracking, @Nullable ChangeLogSettings log,
			@Nullable NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(readConnectionFactory, "'readConnectionFactory' must not be null");
		Assert.notNull(names, "'names' must not be null");
		RedisConnectionFactory operations = LinkedFactory.forOperations(connectionFactory);
		this.connections = new RedisConnections(operations);
		Namespace namespace = namespace(tracking, log);
		this.names = (namespace != null) ? names.in(namespace) : names;
		ValuePages pages = new ValuePages(new RedisConnections(RedisLink.forPages(operations)), this.connections);
		this.reads = new RedisReads(this.connections, (readConnectionFactory == connectionFactory) ? this.connections
				: new RedisConnections(LinkedFactory.forOperations(readConnectionFactory)), this.names, pages);
		this.plainWrites = new PlainWrites(this.connections, this.names);
		this.trackedWrites = (namespace != null) ? trackedWrites(namespace, tracking, log, check) : null;
		this.writable = new WritableCheck(this.connections, this.names);
	}

	private RedisKvStore(RedisKvStore store, RedisReads reads) {
		this.connections = store.connections;
		this.names = store.names;
		this.reads = reads;
		this.plainWrites = store.plainWrites;
		this.trackedWrites = store.trackedWrites;
		this.writable = store.writable;
	}

	@Override
	public KvStore primary() {
		RedisReads primary = this.reads.ofPrimary();
		return (primary == this.reads) ? this : new RedisKvStore(this, primary);
	}

	private static @Nullable Namespace namespace(@Nullable ExpiryTracking tracking, @Nullable ChangeLogSettings log) {
		if (tracking == null) {
			return (log != null) ? log.namespace() : null;
		}
		Assert.isTrue(log == null || log.namespace().equals(tracking.namespace()),
				() -> "'tracking' and 'log' must be of one namespace, but are of " + tracking + " and " + log);
		return tracking.namespace();
	}

	private TrackedWrites trackedWrites(Namespace namespace, @Nullable ExpiryTracking tracking,
			@Nullable ChangeLogSettings log, @Nullable NamespaceCheck check) {
		Assert.isTrue(namespace.isTagged() || !this.connections.isCluster(),
				() -> "In Redis Cluster the keys of a partition must share a slot, but %s isn't tagged: use 'Namespace.tagged(\"%s\", %d)'"
					.formatted(namespace, namespace.name(), namespace.partitions()));
		return new TrackedWrites(this.connections, this.names, namespace, tracking, log, this.plainWrites,
				(check != null) ? check : new NamespaceCheck(namespace, this.names));
	}

	/**
	 * Checks whether this store can work with the server, if it uses more than plain
	 * keys: the change log, or deadlines because expiries are received. Otherwise nothing
	 * is sent.
	 * @throws InvalidDataAccessResourceUsageException if the server is too old, or the
	 * namespace has other settings or is used by another application
	 * @throws PermissionDeniedDataAccessException if the server refuses a command that
	 * writes need
	 * @throws DataAccessException if it doesn't answer
	 */
	public void check() {
		if (active() instanceof TrackedWrites tracked) {
			tracked.check();
		}
	}

	/**
	 * Checks the permissions that the writes and deliveries of a partition need, on the
	 * server that serves it. Unlike {@link #check()} it writes nothing at all.
	 * @param connection the connection to use
	 * @param partition the partition
	 * @return the exception if one is missing; {@code null} otherwise, also if the store
	 * uses plain keys only
	 */
	public @Nullable PermissionDeniedDataAccessException findRefusal(RedisConnection connection, int partition) {
		return (active() instanceof TrackedWrites tracked) ? tracked.findRefusal(connection, partition) : null;
	}

	/**
	 * Whether writes use more than plain keys now: the change log, or deadlines because
	 * expiries are received.
	 * @return {@code false} if each write is one command on its key
	 */
	public boolean usesNamespace() {
		return active() != this.plainWrites;
	}

	@Override
	public boolean carriesHeaders() {
		return usesNamespace();
	}

	@Override
	public String getName() {
		return "redis";
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		this.reads.saw(write);
		try {
			return writes(covers(write)).set(write);
		}
		catch (DataAccessException ex) {
			throw RefusedKey.in(ex, this.names.toRedis(write.key()));
		}
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		this.reads.saw(writes);
		return writes(writes.stream().anyMatch(this::covers)).setAll(writes);
	}

	@Override
	public byte @Nullable [] get(String key) {
		try {
			return this.reads.get(key);
		}
		catch (DataAccessException ex) {
			throw RefusedKey.in(ex, this.names.toRedis(key));
		}
	}

	@Override
	public List<Optional<byte[]>> getAll(Collection<String> keys) {
		return this.reads.getAll(keys);
	}

	@Override
	public StoreOutcome delete(String key) {
		return naming(key, () -> writes().delete(key));
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		return writes().deleteAll(deletes);
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		return naming(key, () -> writes(covers(key)).compareAndSet(key, expected, value));
	}

	@Override
	public boolean exists(String key) {
		return this.reads.exists(key);
	}

	@Override
	public @Nullable Duration getTimeToLive(String key) {
		return this.reads.getTimeToLive(key);
	}

	@Override
	public boolean expire(String key, Duration timeToLive) {
		return writes().expire(key, Lifetimes.toMillis(timeToLive));
	}

	@Override
	public boolean persist(String key) {
		return writes().persist(key);
	}

	@Override
	public Stream<String> keys(String prefix) {
		return this.reads.keys(prefix);
	}

	@Override
	public Map<String, Object> ping() {
		this.connections.ping(PING_PATIENCE);
		if (active() instanceof TrackedWrites tracked) {
			tracked.check();
			tracked.checkTypes();
		}
		return this.writable.require();
	}

	/**
	 * Runs an operation on one key; if Redis refuses it, the exception names the key.
	 */
	private <T extends @Nullable Object> T naming(String key, Supplier<T> operation) {
		try {
			return operation.get();
		}
		catch (DataAccessException ex) {
			throw RefusedKey.in(ex, this.names.toRedis(key));
		}
	}

	private Writes writes() {
		this.writable.wrote();
		return active();
	}

	private Writes active() {
		TrackedWrites tracked = this.trackedWrites;
		return (tracked != null && tracked.isActive()) ? tracked : this.plainWrites;
	}

	private Writes writes(boolean covered) {
		this.writable.wrote();
		TrackedWrites tracked = this.trackedWrites;
		return (covered && tracked != null) ? tracked : this.plainWrites;
	}

	private boolean covers(StoreWrite write) {
		return this.trackedWrites != null && this.trackedWrites.covers(write);
	}

	private boolean covers(String key) {
		return this.trackedWrites != null && this.trackedWrites.covers(key, false);
	}

}
