package io.github.kvevents.autoconfigure;

import java.time.Clock;
import java.util.Collection;
import java.util.function.Supplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.KvOperations;
import io.github.kvevents.doctor.CanaryCheck;
import io.github.kvevents.doctor.DoctorCheck;
import io.github.kvevents.doctor.KvDoctor;
import io.github.kvevents.doctor.ListenerLagCheck;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.doctor.ConnectionsCheck;
import io.github.kvevents.redis.doctor.NamespaceFactsCheck;
import io.github.kvevents.redis.doctor.ServerUse;
import io.github.kvevents.redis.doctor.ServersCheck;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.Namespace;

/**
 * Looks for what can be wrong with the store and with the settings of the application.
 * Nothing is looked at before a report is asked for.
 */
@Configuration(proxyBeanMethods = false)
class DoctorConfiguration {

	/**
	 * With the checks that the application declares, too.
	 */
	@Bean
	@ConditionalOnMissingBean
	KvDoctor kvDoctor(ObjectProvider<DoctorCheck> checks) {
		return new KvDoctor(checks.orderedStream().toList());
	}

	@Bean
	@ConditionalOnBean({ KvListenerRegistry.class, ChangeLogStore.class })
	@ConditionalOnMissingBean
	@Order(4)
	ListenerLagCheck kvListenerLagCheck(KvListenerRegistry listeners, ChangeLogStore log) {
		return new ListenerLagCheck(listeners, log.getSettings().maxLength());
	}

	@Bean
	@ConditionalOnSwitch("kv.events.doctor.canary.enabled")
	@ConditionalOnMissingBean
	@Order(5)
	CanaryCheck kvCanaryCheck(KvOperations operations, KvHookRegistry hooks, KvEventsProperties properties) {
		return new CanaryCheck(operations, hooks, properties.instanceId(), properties.doctor().canary().timeToLive());
	}

	/**
	 * Keys in Redis.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnBean(RedisKvStore.class)
	static class InRedis {

		@Bean
		@ConditionalOnMissingBean
		@Order(1)
		ServersCheck kvServersCheck(RedisKvStore store, RedisLink link, ExpiryNotificationBridge notifications) {
			RedisConnectionFactory connections = link.connectionFactory();
			return new ServersCheck(connections, new ServerUse(store::usesNamespace, notifications::getStatus,
					ConnectionSettings.of(connections).isReplicated()), Clock.systemUTC());
		}

		@Bean
		@ConditionalOnMissingBean
		@Order(2)
		NamespaceFactsCheck kvNamespaceFactsCheck(RedisKvStore store, RedisLink link, Namespace namespace,
				NamespaceCheck check, ObjectProvider<KvListenerRegistry> listeners) {
			Supplier<Collection<String>> ids = () -> listeners.stream()
				.<String>flatMap((registry) -> registry.all().stream().map(KvSubscription::getId))
				.toList();
			return new NamespaceFactsCheck(store, link.connectionFactory(), namespace, check, ids);
		}

		@Bean
		@ConditionalOnMissingBean
		@Order(3)
		ConnectionsCheck kvConnectionsCheck(RedisLink link, KvEventsProperties properties, Namespace namespace) {
			return new ConnectionsCheck(link,
					StoreSettings.waitingConnections(properties, namespace.partitions(), link.isCluster()));
		}

	}

}
