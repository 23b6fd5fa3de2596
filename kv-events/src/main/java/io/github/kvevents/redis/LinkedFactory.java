package io.github.kvevents.redis;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;

/**
 * What the users of a link get: connections for which Redis has answered.
 */
final class LinkedFactory implements RedisConnectionFactory {

	private final LinkTarget target;

	private final LinkState state;

	private final Supplier<RedisConnection> connections;

	private final @Nullable RedisConnectionFactory pages;

	/**
	 * Creates a factory.
	 * @param connections makes a connection, once Redis has answered
	 * @param pages for reads that may be large, {@code null} for this one
	 */
	LinkedFactory(LinkTarget target, LinkState state, Supplier<RedisConnection> connections,
			@Nullable RedisConnectionFactory pages) {
		this.target = target;
		this.state = state;
		this.connections = connections;
		this.pages = pages;
	}

	/**
	 * The application's factory of connections.
	 * @param factory a factory, of a link perhaps
	 * @return the factory that has the settings
	 */
	static RedisConnectionFactory configured(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked) ? linked.target.application() : factory;
	}

	/**
	 * The factory for reads that may be large.
	 * @param factory a factory, of a link perhaps
	 */
	static RedisConnectionFactory forPages(RedisConnectionFactory factory) {
		return (factory instanceof LinkedFactory linked && linked.pages != null) ? linked.pages : factory;
	}

	/**
	 * Asks for a sign of life, or waits for one that somebody else asks for.
	 * @param factory a factory, of a link perhaps
	 * @param patience how long a link waits for it
	 * @throws DataAccessException if it stays out
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

	@Override
	public RedisConnection getConnection() {
		this.state.awaitAnswer();
		return this.connections.get();
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
