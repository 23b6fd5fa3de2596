package io.github.kvevents.redis;

import java.time.Duration;
import java.util.function.LongFunction;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;

import io.github.kvevents.support.CallDeadline;

/**
 * Hands out the connections of a link, once Redis has answered.
 */
final class LinkedFactory implements RedisConnectionFactory {

	private final LinkTarget target;

	private final LinkState state;

	private final LongFunction<RedisConnection> connections;

	private final @Nullable LinkedFactory pages;

	private final boolean bounded;

	/**
	 * Creates a factory.
	 * @param connections creates a connection, once Redis has answered; receives how long
	 * the operation has waited, or that its commands are not bounded
	 * @param pages for reads that may be large, {@code null} for this one
	 */
	LinkedFactory(LinkTarget target, LinkState state, LongFunction<RedisConnection> connections,
			@Nullable LinkedFactory pages) {
		this(target, state, connections, pages, false);
	}

	private LinkedFactory(LinkTarget target, LinkState state, LongFunction<RedisConnection> connections,
			@Nullable LinkedFactory pages, boolean bounded) {
		this.target = target;
		this.state = state;
		this.connections = connections;
		this.pages = pages;
		this.bounded = bounded;
	}

	/**
	 * The same connections for operations of the application, which end as a whole within
	 * the command timeout.
	 * @param factory any factory, possibly of a link
	 */
	static RedisConnectionFactory forOperations(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked) ? linked.bounded() : factory;
	}

	private LinkedFactory bounded() {
		return new LinkedFactory(this.target, this.state, this.connections,
				(this.pages != null) ? this.pages.bounded() : null, true);
	}

	/**
	 * The application's factory of connections.
	 * @param factory any factory, possibly of a link
	 * @return the factory that has the settings
	 */
	static RedisConnectionFactory configured(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked) ? linked.target.application() : factory;
	}

	/**
	 * The factory for reads that may be large.
	 * @param factory any factory, possibly of a link
	 */
	static RedisConnectionFactory forPages(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked && linked.pages != null) ? linked.pages : factory;
	}

	/**
	 * The nodes that a factory of a link connects to.
	 * @param factory any factory, possibly of a link
	 * @return the nodes, {@code null} if there are none to connect to one by one
	 */
	static @Nullable ClusterNodes nodes(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked) ? linked.target.nodes() : null;
	}

	/**
	 * What waits for streams of a Redis Cluster.
	 * @param factory any factory, possibly of a link
	 * @return the waits, {@code null} if there are none
	 */
	static @Nullable SharedWaits waits(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked) ? linked.target.waits(linked.state) : null;
	}

	/**
	 * Pings Redis, or waits for a ping of another thread.
	 * @param factory any factory, possibly of a link
	 * @param patience how long a link waits for the answer
	 * @throws DataAccessException if there is no answer
	 */
	static void ping(RedisConnectionFactory factory, Duration patience) {
		if (factory instanceof LinkedFactory linked) {
			linked.state.ping(patience);
			return;
		}
		try (RedisConnection connection = factory.getConnection()) {
			connection.ping();
		}
	}

	/**
	 * Has a link look for the primary, since the server that it connects to isn't it.
	 * @param factory any factory, possibly of a link
	 */
	static void refused(RedisConnectionFactory factory) {
		if (factory instanceof LinkedFactory linked) {
			linked.target.refused();
		}
	}

	@Override
	public RedisConnection getConnection() {
		try {
			long waited = this.state.awaitAnswer(this.bounded ? CallDeadline.takeWait() : 0);
			return this.connections.apply(this.bounded ? waited : WatchedCalls.UNBOUNDED);
		}
		catch (RuntimeException ex) {
			throw this.state.reasonOf(ex);
		}
	}

	@Override
	public RedisClusterConnection getClusterConnection() {
		return this.target.factory().getClusterConnection();
	}

	@Override
	public boolean getConvertPipelineAndTxResults() {
		return this.target.application().getConvertPipelineAndTxResults();
	}

	@Override
	public RedisSentinelConnection getSentinelConnection() {
		return this.target.factory().getSentinelConnection();
	}

	@Override
	public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException ex) {
		return this.target.application().translateExceptionIfPossible(ex);
	}

}
