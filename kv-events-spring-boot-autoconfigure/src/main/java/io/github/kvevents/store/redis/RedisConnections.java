package io.github.kvevents.store.redis;

import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Connections for one piece of work each, to a server that is recent enough. They take no
 * part in a transaction that is bound to the thread: an operation must know its outcome
 * when it returns.
 */
final class RedisConnections {

	private final RedisConnectionFactory factory;

	private final ServerVersionCheck versionCheck = new ServerVersionCheck();

	RedisConnections(RedisConnectionFactory factory) {
		this.factory = factory;
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
			this.versionCheck.check(connection);
			return connection;
		}
		catch (RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

}
