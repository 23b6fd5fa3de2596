package io.github.kvevents.autoconfigure;

import java.time.Clock;
import java.util.Optional;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.expiry.StoreExpiryPublisher;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.ExpiringStore;
import io.github.kvevents.store.Namespace;

/**
 * Publishes events for expiries that a store detects by itself or Redis notifies of, and
 * records their lateness.
 */
@Configuration(proxyBeanMethods = false)
class ExpiryConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LatenessRecorder kvLatenessRecorder() {
		return new LatenessRecorder();
	}

	/**
	 * Keyspace notifications that Redis publishes when a key expires.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnBean(RedisKvStore.class)
	static class Notifications {

		@Bean
		@ConditionalOnMissingBean
		ExpiryNotificationBridge kvExpiryNotificationBridge(RedisConnectionFactory connectionFactory, RedisLink link,
				KeyNames names, HookEngine engine, ObjectProvider<KvCodec> codec, KvEventsProperties properties,
				ObjectProvider<ExpiryTracker> tracker, ObjectProvider<Namespace> namespace) {
			ExpiryTracker available = tracker.getIfAvailable();
			KeyNames here = (namespace.getIfAvailable() != null) ? names.in(namespace.getObject()) : names;
			boolean tracked = properties.expiry().tracking().mode() != TrackingMode.OFF;
			return new ExpiryNotificationBridge(link.connectionFactory(),
					properties.expiry().toSettings(ConnectionSettings.of(connectionFactory).database()),
					(name) -> Optional.ofNullable(here.fromAnyClient(name)), engine.getDispatcher(),
					LazyCodec.of(codec), properties.instanceId(), Clock.systemUTC(),
					(available != null && tracked) ? available.namespace() : null);
		}

	}

	/**
	 * A store that detects expiries by itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(ExpiringStore.class)
	static class InStore {

		@Bean
		@ConditionalOnMissingBean
		StoreExpiryPublisher kvStoreExpiryPublisher(ExpiringStore store, HookEngine engine,
				ObjectProvider<KvCodec> codec, KvEventsProperties properties, LatenessRecorder lateness) {
			return new StoreExpiryPublisher(properties.expiry().tracking().mode(), store, engine.getDispatcher(),
					LazyCodec.of(codec), properties.instanceId(), properties.expiry().threads(),
					properties.expiry().queueCapacity(), properties.hooks().shutdownTimeout(), lateness);
		}

	}

}
