package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.memory.MemoryEventLogStore;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisEventLogStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.DrivenTime;

/**
 * Event logs, in the same place as keys.
 */
@Configuration(proxyBeanMethods = false)
class EventLogConfiguration {

	/**
	 * Evaluated after the nested configurations.
	 */
	@Bean
	@ConditionalOnBean(EventLogStore.class)
	@ConditionalOnMissingBean(KvEventLogs.class)
	StoreKvEventLogs kvEventLogs(EventLogStore store, ObjectProvider<KvCodec> codec) {
		return new StoreKvEventLogs(store, LazyCodec.of(codec));
	}

	/**
	 * Event logs in Redis.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnStore(StoreType.REDIS)
	static class InRedis {

		@Bean
		@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
		@ConditionalOnMissingBean({ KvEventLogs.class, EventLogStore.class })
		RedisEventLogStore kvEventLogStore(RedisLink link, Namespace namespace, ObjectProvider<NamespaceCheck> check) {
			return new RedisEventLogStore(link.connectionFactory(), namespace, check.getIfAvailable());
		}

	}

	/**
	 * Event logs in this process.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnStore(StoreType.MEMORY)
	static class InMemory {

		@Bean
		@ConditionalOnMissingBean({ KvEventLogs.class, EventLogStore.class })
		MemoryEventLogStore kvEventLogStore(ObjectProvider<DrivenTime> driven) {
			return new MemoryEventLogStore(StoreSettings.clock(driven));
		}

	}

}
