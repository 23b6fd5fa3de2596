package io.github.kvevents.redis;

import java.util.function.Consumer;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.redis.driver.LinkResources;

/**
 * The connection for reads that may turn out to be too large. When the server closes such
 * a connection, Lettuce would retransmit the command until its timeout, together with all
 * other commands on that connection: writes would be applied many times. So this
 * connection carries only such reads, retransmits nothing, and the next read reconnects.
 * Used by many threads at once.
 */
final class PageConnection {

	private final RedisConnectionFactory application;

	private final LinkResources resources;

	private volatile @Nullable LettuceConnectionFactory factory;

	private volatile @Nullable StatefulConnection<?, ?> connection;

	private boolean unusable;

	/**
	 * Creates a connection that is not connected.
	 * @param application a factory of Lettuce
	 * @param resources those of the link
	 */
	PageConnection(RedisConnectionFactory application, LinkResources resources) {
		this.application = application;
		this.resources = resources;
	}

	/**
	 * Whether there is such a connection, or can be once it is needed.
	 * @return {@code false} if the driver manages connections to several servers
	 */
	synchronized boolean isUsable() {
		if (this.factory == null && !this.unusable) {
			this.factory = OwnLettuce.withoutReconnect(this.application, this.resources);
			this.unusable = this.factory == null;
		}
		return !this.unusable;
	}

	boolean isOpen() {
		StatefulConnection<?, ?> connection = this.connection;
		return connection != null && connection.isOpen();
	}

	/**
	 * Connects if it is in use and not connected.
	 */
	@SuppressWarnings("deprecation") // Spring offers no other access to the native
										// connection
	synchronized void connect() {
		LettuceConnectionFactory factory = this.factory;
		if (factory != null && !isOpen()) {
			factory.resetConnection();
			try (RedisConnection connection = factory.getConnection()) {
				this.connection = (connection.getNativeConnection() instanceof RedisAsyncCommands<?, ?> commands)
						? commands.getStatefulConnection() : null;
			}
		}
	}

	RedisConnection get() {
		LettuceConnectionFactory factory = this.factory;
		if (factory == null) {
			throw new IllegalStateException("Not in use");
		}
		return factory.getConnection();
	}

	void ifUsed(Consumer<RedisConnectionFactory> action) {
		LettuceConnectionFactory factory = this.factory;
		if (factory != null) {
			action.accept(factory);
		}
	}

}
