package io.github.kvevents.autoconfigure;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * The database that a connection factory is configured with. Asking the factory and not
 * the properties: the application may have made its own.
 */
final class SelectedDatabase {

	private static final boolean JEDIS_PRESENT = ClassUtils.isPresent("redis.clients.jedis.Jedis",
			SelectedDatabase.class.getClassLoader());

	private SelectedDatabase() {
	}

	static int of(RedisConnectionFactory connectionFactory) {
		if (connectionFactory instanceof LettuceConnectionFactory lettuce) {
			return lettuce.getDatabase();
		}
		return JEDIS_PRESENT ? Jedis.databaseOf(connectionFactory) : 0;
	}

	/**
	 * Loaded only where Jedis is there.
	 */
	private static final class Jedis {

		static int databaseOf(RedisConnectionFactory connectionFactory) {
			return (connectionFactory instanceof JedisConnectionFactory jedis) ? jedis.getDatabase() : 0;
		}

	}

}
