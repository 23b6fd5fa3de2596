package io.github.kvevents.plain;

import java.time.Clock;
import java.util.Optional;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisEventLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.ChangeLogSettings;

/**
 * Keys, change log, listeners and event logs in Redis.
 */
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {

	// the connections that the stores use; 'connectionFactory' is a bean of the
	// application
	@Bean
	RedisLink redisLink(RedisConnectionFactory connectionFactory) {
		return new RedisLink(connectionFactory);
	}

	@Bean
	KeyNames keyNames() {
		return KeyNames.plain();
	}

	@Bean
	NamespaceCheck namespaceCheck(ChangeLogSettings settings, KeyNames names) {
		return new NamespaceCheck(settings.namespace(), names);
	}

	@Bean
	ExpiryTracker expiryTracker(RedisLink link, KeyNames names, NamespaceCheck check, ChangeLogSettings settings,
			HookEngine engine, KvCodec codec) {
		return ExpiryTracker.builder(link.connectionFactory(), settings.namespace(), engine.getDispatcher(), codec)
			.names(names)
			.namespaceCheck(check)
			.instanceId(settings.instanceId())
			.log(settings)
			.build();
	}

	@Bean
	RedisKvStore kvStore(RedisLink link, KeyNames names, ExpiryTracker tracker, ChangeLogSettings settings,
			NamespaceCheck check) {
		return new RedisKvStore(link.connectionFactory(), link.readConnectionFactory(), names, tracker, settings,
				check);
	}

	@Bean
	RedisChangeLogStore changeLogStore(RedisLink link, KeyNames names, ChangeLogSettings settings,
			NamespaceCheck check) {
		return new RedisChangeLogStore(link.connectionFactory(), names, settings, check);
	}

	@Bean
	RedisListenerStore listenerStore(RedisLink link, ChangeLogSettings settings, NamespaceCheck check) {
		return new RedisListenerStore(link.connectionFactory(), settings.namespace(), check);
	}

	@Bean
	RedisEventLogStore eventLogStore(RedisLink link, ChangeLogSettings settings, NamespaceCheck check) {
		return new RedisEventLogStore(link.connectionFactory(), settings.namespace(), check);
	}

	// keyspace notifications for keys that other clients gave a time to live
	@Bean
	ExpiryNotificationBridge expiryNotificationBridge(RedisLink link, KeyNames names, HookEngine engine, KvCodec codec,
			ChangeLogSettings settings) {
		return new ExpiryNotificationBridge(link.connectionFactory(), NotificationSettings.defaults(),
				(name) -> Optional.ofNullable(names.fromRedis(name)), engine.getDispatcher(), codec,
				settings.instanceId(), Clock.systemUTC(), settings.namespace());
	}

}
