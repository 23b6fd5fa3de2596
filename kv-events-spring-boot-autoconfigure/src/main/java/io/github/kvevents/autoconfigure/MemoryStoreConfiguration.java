package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.memory.MemoryKvStore;

/**
 * Keys in this process.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "kv.events.store", havingValue = "memory")
class MemoryStoreConfiguration {

	@Bean
	@ConditionalOnMissingBean(KvStore.class)
	MemoryKvStore kvStore() {
		return new MemoryKvStore();
	}

}
