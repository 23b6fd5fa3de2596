package io.github.kvevents.autoconfigure;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.support.DrivenTime;

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
	@ConditionalOnSwitch("kv.events.log.enabled")
	@ConditionalOnMissingBean({ KvStore.class, ChangeLogStore.class })
	ChangeLogStore kvChangeLogStore(MemoryKvStore store) {
		return store.getChangeLog();
	}

	@Bean
	@ConditionalOnMissingBean(KvStore.class)
	MemoryKvStore kvStore(KvEventsProperties properties, Environment environment, ObjectProvider<DrivenTime> driven) {
		ChangeLogSettings log = StoreSettings.changeLog(properties, StoreSettings.namespace(properties, environment));
		boolean logExpiries = properties.expiry().tracking().mode() != TrackingMode.OFF;
		DrivenTime time = driven.getIfAvailable();
		MemoryKvStore store = (time != null) ? new MemoryKvStore(time, log, logExpiries)
				: new MemoryKvStore(Clock.systemUTC(), log, logExpiries);
		if (properties.expiry().tracking().lastValue() == LastValueMode.NEVER) {
			store.dropLastValues();
		}
		return store;
	}

}
