package io.github.kvevents.redis.driver;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A factory that belongs to this library and says which connection of the driver its
 * connections share.
 */
public final class OwnConnectionFactory extends LettuceConnectionFactory {

	/**
	 * Creates a factory that is not started.
	 * @param configuration the servers
	 * @param client the settings of the driver
	 */
	public OwnConnectionFactory(RedisConfiguration configuration, LettuceClientConfiguration client) {
		super(configuration, client);
	}

	/**
	 * The connection of the driver that a new connection would share: opened if it isn't
	 * open, and validated if the settings say so, as for a new one.
	 * @return another object whenever a connection that was made before must not be used
	 * any more; {@code null} if only a new one will do, or none can be had
	 */
	public @Nullable Object shared() {
		return (isRunning() && !isClusterAware()) ? getSharedConnection() : null;
	}

}
