package io.github.kvevents.autoconfigure;

import java.util.Objects;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.NamespaceUser;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.doctor.ConnectionsCheck;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * Keys in Redis, through the application's own connection factory.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnStore(StoreType.REDIS)
class RedisStoreConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KeyNames kvKeyNames(KvEventsProperties properties) {
		try {
			return KeyNames.prefixedWith(properties.keyPrefix());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("kv.events.key-prefix", properties.keyPrefix(),
					ex.getMessage());
		}
	}

	/**
	 * Also if the application keeps its keys elsewhere: event logs and listeners may be
	 * in Redis.
	 */
	@Bean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean
	RedisLink kvRedisLink(RedisConnectionFactory connectionFactory) {
		return new RedisLink(connectionFactory);
	}

	@Bean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean
	Namespace kvNamespace(RedisLink link, KvEventsProperties properties, Environment environment) {
		return StoreSettings.namespace(properties, environment, link.isCluster());
	}

	/**
	 * Shared by all users of the namespace, so that it is claimed once.
	 */
	@Bean
	@ConditionalOnMissingBean
	NamespaceCheck kvNamespaceCheck(KeyNames names, ObjectProvider<Namespace> namespace, KvEventsProperties properties,
			ApplicationContext context) {
		return new NamespaceCheck(
				namespace.getIfAvailable(() -> StoreSettings.namespace(properties, context.getEnvironment())), names,
				ApplicationIdentity.of(context, properties.namespace()));
	}

	@Bean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean({ KvStore.class, ExpiryTracker.class })
	ExpiryTracker kvExpiryTracker(RedisLink link, KeyNames names, HookEngine engine, ObjectProvider<KvCodec> codec,
			KvEventsProperties properties, LatenessRecorder lateness, Namespace namespace, NamespaceCheck check) {
		return ExpiryTracker.builder(link.connectionFactory(), namespace, engine.getDispatcher(), LazyCodec.of(codec))
			.names(names)
			.namespaceCheck(check)
			.instanceId(properties.instanceId())
			.listener(lateness)
			.settings(properties.expiry().toTrackingSettings(properties.hooks().shutdownTimeout()))
			.log(StoreSettings.changeLog(properties, namespace))
			.build();
	}

	/**
	 * Only with the following store: the application's own may write no log, or another
	 * one.
	 */
	@Bean
	@ConditionalOnSwitch("kv.events.log.enabled")
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean({ KvStore.class, ChangeLogStore.class })
	RedisChangeLogStore kvChangeLogStore(RedisLink link, KeyNames names, KvEventsProperties properties,
			Namespace namespace, NamespaceCheck check) {
		return new RedisChangeLogStore(link.connectionFactory(), names,
				Objects.requireNonNull(StoreSettings.changeLog(properties, namespace)), check);
	}

	@Bean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnMissingBean(KvStore.class)
	RedisKvStore kvStore(RedisLink link, KeyNames names, ExpiryTracker tracker, KvEventsProperties properties,
			Namespace namespace, NamespaceCheck check) {
		// a namespace that isn't tagged in Redis Cluster has neither index nor log
		boolean plain = link.isCluster() && !namespace.isTagged();
		return new RedisKvStore(link.connectionFactory(), link.readConnectionFactory(), names, plain ? null : tracker,
				StoreSettings.changeLog(properties, namespace), check);
	}

	@Bean
	@ConditionalOnBean(RedisKvStore.class)
	@ConditionalOnMissingBean
	RedisStartCheck kvRedisStartCheck(RedisKvStore store, RedisLink link, ConnectionsCheck connections,
			KvEventsProperties properties, Namespace namespace) {
		return new RedisStartCheck(store, link, connections,
				StoreSettings.waitingConnections(properties, namespace.partitions(), link.isCluster()),
				namespace.partitions());
	}

	/**
	 * The identity of the application, equal for instances that run the same code: its
	 * name and its class with {@code @SpringBootApplication}. Not the class whose
	 * {@code main} method runs: in a test that is the test runner. All contexts of one
	 * application have the identity of the outermost that has such a class.
	 */
	static final class ApplicationIdentity {

		private ApplicationIdentity() {
		}

		static NamespaceUser of(ApplicationContext context, String configuredNamespace) {
			return new NamespaceUser(StoreSettings.applicationName(context.getEnvironment()), mainClass(context),
					!configuredNamespace.isEmpty());
		}

		private static String mainClass(ApplicationContext context) {
			ApplicationContext parent = context.getParent();
			String outer = (parent != null) ? mainClass(parent) : "";
			if (!outer.isEmpty()) {
				return outer;
			}
			// from bean definitions alone: no bean must be created for this
			ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) context
				.getAutowireCapableBeanFactory();
			for (String bean : beans.getBeanDefinitionNames()) {
				BeanDefinition definition = beans.getBeanDefinition(bean);
				if (definition.getFactoryMethodName() == null && definition instanceof AnnotatedBeanDefinition annotated
						&& annotated.getMetadata().isAnnotated(SpringBootConfiguration.class.getName())) {
					return annotated.getMetadata().getClassName();
				}
			}
			return "";
		}

	}

}
