package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.expiry.StoreExpiryPublisher;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.store.ExpiringStore;

/**
 * Events for the expiries that a store notices by itself.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(ExpiringStore.class)
class StoreExpiryConfiguration {

	@Bean
	@ConditionalOnMissingBean
	StoreExpiryPublisher kvStoreExpiryPublisher(ExpiringStore store, HookEngine engine, ObjectProvider<KvCodec> codec,
			KvEventsProperties properties, LatenessRecorder lateness) {
		return new StoreExpiryPublisher(properties.expiry().tracking().mode(), store, engine.getDispatcher(),
				LazyCodec.of(codec), properties.instanceId(), properties.expiry().threads(),
				properties.expiry().queueCapacity(), properties.hooks().shutdownTimeout(), lateness);
	}

}
