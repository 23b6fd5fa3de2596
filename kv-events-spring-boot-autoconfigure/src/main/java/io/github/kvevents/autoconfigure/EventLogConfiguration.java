package io.github.kvevents.autoconfigure;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.MemoryKvEventLogs;
import io.github.kvevents.log.RedisKvEventLogs;
import io.github.kvevents.store.redis.NamespaceCheck;
import io.github.kvevents.store.redis.RedisLink;

/**
 * Event logs, in the same place as keys.
 */
@Configuration(proxyBeanMethods = false)
class EventLogConfiguration {

	/**
	 * Event logs in Redis.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnProperty(name = "kv.events.store", havingValue = "redis", matchIfMissing = true)
	static class InRedis {

		@Bean
		@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
		@ConditionalOnMissingBean(KvEventLogs.class)
		RedisKvEventLogs kvEventLogs(RedisLink link, ObjectProvider<KvCodec> codec, KvEventsProperties properties,
				Environment environment, ObjectProvider<NamespaceCheck> check) {
			return new RedisKvEventLogs(link.connectionFactory(), StoreSettings.namespace(properties, environment),
					LazyCodec.of(codec), check.getIfAvailable());
		}

	}

	/**
	 * Event logs in this process.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "kv.events.store", havingValue = "memory")
	static class InMemory {

		@Bean
		@ConditionalOnMissingBean(KvEventLogs.class)
		MemoryKvEventLogs kvEventLogs(ObjectProvider<KvCodec> codec) {
			return new MemoryKvEventLogs(LazyCodec.of(codec), Clock.systemUTC());
		}

	}

}
