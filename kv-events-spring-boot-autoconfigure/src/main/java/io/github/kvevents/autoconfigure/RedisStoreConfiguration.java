package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.redis.KeyNames;
import io.github.kvevents.store.redis.RedisKvStore;

/**
 * Keys in Redis, through the application's own connection factory.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnProperty(name = "kv.events.store", havingValue = "redis", matchIfMissing = true)
class RedisStoreConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KeyNames kvKeyNames(KvEventsProperties properties) {
		try {
			return KeyNames.prefixedWith(properties.keyPrefix());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("kv.events.key-prefix", properties.keyPrefix(),
					ex.getMessage());
		}
	}

	@Bean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean(KvStore.class)
	RedisKvStore kvStore(RedisConnectionFactory connectionFactory, KeyNames names) {
		return new RedisKvStore(connectionFactory, names);
	}

}
