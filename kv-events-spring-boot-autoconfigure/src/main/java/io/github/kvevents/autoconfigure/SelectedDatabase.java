package io.github.kvevents.autoconfigure;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The database that a connection factory is configured with. Asking the factory and not
 * the properties: the application may have made its own.
 */
final class SelectedDatabase {

	private SelectedDatabase() {
	}

	static int of(RedisConnectionFactory connectionFactory) {
		if (connectionFactory instanceof LettuceConnectionFactory lettuce) {
			return lettuce.getDatabase();
		}
		// by name: that of Jedis can't be compiled against without Jedis
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(connectionFactory);
		return (properties.isReadableProperty("database")
				&& properties.getPropertyValue("database") instanceof Integer database) ? database : 0;
	}

}
