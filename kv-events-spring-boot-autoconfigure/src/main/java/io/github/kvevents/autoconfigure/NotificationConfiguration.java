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
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

/**
 * Events for the keyspace notifications that Redis publishes when a key expires.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnBean(RedisKvStore.class)
class NotificationConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ExpiryNotificationBridge kvExpiryNotificationBridge(RedisConnectionFactory connectionFactory, RedisLink link,
			KeyNames names, HookEngine engine, ObjectProvider<KvCodec> codec, KvEventsProperties properties,
			ObjectProvider<ExpiryTracker> tracker) {
		ExpiryTracker available = tracker.getIfAvailable();
		boolean tracked = properties.expiry().tracking().mode() != TrackingMode.OFF;
		return new ExpiryNotificationBridge(link.connectionFactory(),
				properties.expiry().toSettings(SelectedDatabase.of(connectionFactory)),
				(name) -> Optional.ofNullable(names.fromRedis(name)), engine.getDispatcher(), LazyCodec.of(codec),
				properties.instanceId(), Clock.systemUTC(),
				(available != null && tracked) ? available.namespace() : null);
	}

}
