package io.github.kvevents.plain;

import java.time.Clock;
import java.time.Duration;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.expiry.StoreExpiryPublisher;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.memory.MemoryEventLogStore;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;

/**
 * Keys, change log, listeners and event logs in this process.
 */
@Configuration(proxyBeanMethods = false)
class MemoryConfiguration {

	@Bean
	MemoryKvStore kvStore(ChangeLogSettings settings) {
		return new MemoryKvStore(Clock.systemUTC(), settings);
	}

	@Bean
	ChangeLogStore changeLogStore(MemoryKvStore store) {
		return store.getChangeLog();
	}

	@Bean
	StoreExpiryPublisher storeExpiryPublisher(MemoryKvStore store, HookEngine engine, KvCodec codec,
			ChangeLogSettings settings) {
		return new StoreExpiryPublisher(TrackingMode.AUTO, store, engine.getDispatcher(), codec, settings.instanceId(),
				4, 10_000, Duration.ofSeconds(20), (event) -> {
				});
	}

	@Bean
	MemoryListenerStore listenerStore() {
		return new MemoryListenerStore(System::currentTimeMillis);
	}

	@Bean
	MemoryEventLogStore eventLogStore() {
		return new MemoryEventLogStore(Clock.systemUTC());
	}

}
