package io.github.kvevents.redis;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Runs work on a Redis connection: opens it, checks the server, runs the work and closes
 * it. Connections take no part in a transaction that is bound to the thread: an operation
 * must know its outcome when it returns.
 */
final class RedisConnections {

	private final RedisConnectionFactory factory;

	private final Consumer<RedisConnection> check;

	RedisConnections(RedisConnectionFactory factory) {
		this(factory, new ServerVersionCheck()::check);
	}

	private RedisConnections(RedisConnectionFactory factory, Consumer<RedisConnection> check) {
		this.factory = factory;
		this.check = check;
	}

	/**
	 * The same connections, with a further check.
	 * @param further throws the exception that the work fails with; called for each
	 * connection, so it must be quick once it passed
	 */
	RedisConnections checkedBy(Consumer<RedisConnection> further) {
		return new RedisConnections(this.factory, this.check.andThen(further));
	}

	<T extends @Nullable Object> T call(Function<RedisConnection, T> work) {
		RedisConnection connection = open();
		try {
			return work.apply(connection);
		}
		finally {
			connection.close();
		}
	}

	/**
	 * Waits for an answer of Redis, not much longer than the given time.
	 */
	void ping(Duration patience) {
		LinkedFactory.ping(this.factory, patience);
	}

	void run(Consumer<RedisConnection> work) {
		RedisConnection connection = open();
		try {
			work.accept(connection);
		}
		finally {
			connection.close();
		}
	}

	/**
	 * A connection that the caller closes.
	 */
	RedisConnection open() {
		RedisConnection connection = this.factory.getConnection();
		try {
			this.check.accept(connection);
			return connection;
		}
		catch (RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

}
