package io.github.kvevents.autoconfigure;

import java.time.Clock;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;

/**
 * Keys in this process.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnStore(StoreType.MEMORY)
class MemoryStoreConfiguration {

	/**
	 * Only with the following store: the application's own may have no log.
	 */
	@Bean
	@ConditionalOnBooleanProperty("kv.events.log.enabled")
	@ConditionalOnMissingBean({ KvStore.class, ChangeLogStore.class })
	ChangeLogStore kvChangeLogStore(MemoryKvStore store) {
		return store.getChangeLog();
	}

	@Bean
	@ConditionalOnMissingBean(KvStore.class)
	MemoryKvStore kvStore(KvEventsProperties properties, Environment environment) {
		return new MemoryKvStore(Clock.systemUTC(),
				StoreSettings.changeLog(properties, StoreSettings.namespace(properties, environment)),
				properties.expiry().tracking().mode() != TrackingMode.OFF);
	}

}
