package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.store.ClusterSlots;

/**
 * The one way to run work on a Redis connection: opens it, checks the server, runs the
 * work and closes it. Connections take no part in a transaction that is bound to the
 * thread: an operation must know its outcome when it returns. Used by many threads at
 * once.
 */
public final class RedisConnections {

	private final RedisConnectionFactory factory;

	private final Consumer<RedisConnection> check;

	private final boolean cluster;

	/**
	 * Connections to a server whose version is checked.
	 */
	RedisConnections(RedisConnectionFactory factory) {
		this(factory, new ServerVersionCheck()::check);
	}

	private RedisConnections(RedisConnectionFactory factory, Consumer<RedisConnection> check) {
		this.factory = factory;
		this.check = check;
		this.cluster = isCluster(factory);
	}

	/**
	 * Connections without a check.
	 * @param factory creates the connections
	 * @return the connections; nothing is opened
	 */
	public static RedisConnections of(RedisConnectionFactory factory) {
		return new RedisConnections(factory, (connection) -> {
		});
	}

	/**
	 * The same connections, with a further check.
	 * @param further throws the exception that the work fails with; called for each
	 * connection, so it must be quick once it passed
	 * @return the connections with the check
	 */
	public RedisConnections checkedBy(Consumer<RedisConnection> further) {
		return new RedisConnections(this.factory, this.check.andThen(further));
	}

	/**
	 * The same connections, with a check of the namespace.
	 * @param namespaceCheck the check, {@code null} for none
	 * @return the connections with the check
	 */
	public RedisConnections checkedBy(@Nullable NamespaceCheck namespaceCheck) {
		return (namespaceCheck != null) ? checkedBy(namespaceCheck::check) : this;
	}

	/**
	 * Runs work that has a result.
	 * @param <T> the type of the result
	 * @param work the work
	 * @return its result
	 */
	public <T extends @Nullable Object> T call(Function<RedisConnection, T> work) {
		RedisConnection connection = open();
		try {
			return work.apply(connection);
		}
		finally {
			connection.close();
		}
	}

	/**
	 * Runs a command on a key of this library; if the key has the wrong type, the
	 * exception names it. Scripts name their keys themselves.
	 * @param <T> the type of the result
	 * @param key the key
	 * @param work the work
	 * @return its result
	 */
	public <T extends @Nullable Object> T call(byte[] key, Function<RedisConnection, T> work) {
		return call((connection) -> OwnKeys.naming(connection, List.of(key), () -> work.apply(connection)));
	}

	/**
	 * Runs work without a result.
	 * @param work the work
	 */
	public void run(Consumer<RedisConnection> work) {
		this.<@Nullable Void>call((connection) -> {
			work.accept(connection);
			return null;
		});
	}

	/**
	 * Whether these are connections to a Redis Cluster: a command may touch only keys of
	 * one slot.
	 * @return {@code false} for connections to one server; nothing is sent
	 */
	public boolean isCluster() {
		return this.cluster;
	}

	/**
	 * Whether expiries and the change log are awaited together.
	 */
	boolean waitsAreShared() {
		return SharedWaits.of(this.factory) != null;
	}

	/**
	 * Groups keys by what one command or script may touch: all of them, or those of one
	 * slot in Redis Cluster.
	 * @return for each group the indexes of its keys, in order
	 */
	Collection<List<Integer>> groups(List<byte[]> keys) {
		Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
		for (int index = 0; index < keys.size(); index++) {
			groups.computeIfAbsent(groupOf(keys.get(index)), (group) -> new ArrayList<>()).add(index);
		}
		return groups.values();
	}

	/**
	 * The group of a key.
	 * @return its slot, or 0 if a command may touch all keys
	 */
	int groupOf(byte[] key) {
		return this.cluster ? ClusterSlots.slotOf(key) : 0;
	}

	static boolean isCluster(RedisConnectionFactory factory) {
		RedisConnectionFactory configured = LinkedFactory.configured(factory);
		if (BlockingReads.isLettuce(configured)) {
			return ((LettuceConnectionFactory) configured).isClusterAware();
		}
		// by name: Jedis need not be there
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(configured);
		return properties.isReadableProperty("redisClusterAware")
				&& Boolean.TRUE.equals(properties.getPropertyValue("redisClusterAware"));
	}

	/**
	 * Opens a connection that the caller closes.
	 * @return the connection
	 */
	public RedisConnection open() {
		RedisConnection connection = this.factory.getConnection();
		try {
			requireKnownCluster(connection);
			this.check.accept(connection);
			return connection;
		}
		catch (RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	/**
	 * A factory that wraps another doesn't tell that its connections are to a Redis
	 * Cluster, and commands would fail as soon as their keys are in different slots.
	 */
	private void requireKnownCluster(RedisConnection connection) {
		if (!this.cluster && connection instanceof RedisClusterConnection) {
			throw new InvalidDataAccessResourceUsageException(
					"The connection factory '%s' connects to a Redis Cluster, but doesn't tell: use a "
						.formatted(LinkedFactory.configured(this.factory).getClass().getName())
							+ "LettuceConnectionFactory or a JedisConnectionFactory that isn't wrapped");
		}
	}

	/**
	 * Looks for the primary, since the server that is connected to isn't it.
	 */
	void refused() {
		LinkedFactory.refused(this.factory);
	}

	/**
	 * Facts about the server, with one command.
	 * @return its {@code version}, and the name of the {@code server} if it isn't Redis;
	 * empty if it refuses INFO
	 */
	public Map<String, Object> facts() {
		return call((connection) -> ServerVersionCheck.facts(ServerVersionCheck.info(connection, true)));
	}

	/**
	 * Waits for an answer of Redis, not much longer than the given time.
	 */
	void ping(Duration patience) {
		LinkedFactory.ping(this.factory, patience);
	}

}
