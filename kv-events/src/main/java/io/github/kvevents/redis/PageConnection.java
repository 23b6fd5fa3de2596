package io.github.kvevents.redis;

import java.util.function.Consumer;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The connection on which a link reads what may turn out to be too large. Where the
 * server ends it, Lettuce would send the same command again and again until its time-out,
 * and everything else on that connection with it: writes would be applied many times. So
 * nothing but such reads is sent here, nothing is sent again, and whoever reads next has
 * a new connection made. Used by many threads at once.
 */
final class PageConnection {

	private final RedisConnectionFactory application;

	private volatile @Nullable LettuceConnectionFactory factory;

	private volatile @Nullable StatefulConnection<?, ?> connection;

	private boolean unusable;

	/**
	 * Creates one that isn't connected.
	 * @param application a factory of Lettuce
	 */
	PageConnection(RedisConnectionFactory application) {
		this.application = application;
	}

	/**
	 * Whether there is such a connection, or will be once it is needed.
	 * @return {@code false} if the driver keeps connections to several servers by itself
	 */
	synchronized boolean isUsable() {
		if (this.factory == null && !this.unusable) {
			this.factory = OwnLettuce.withoutReconnect(this.application);
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
	@SuppressWarnings("deprecation") // there is no other way from Spring's connection
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
