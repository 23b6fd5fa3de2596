package io.github.kvevents.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import io.github.kvevents.autoconfigure.MissingPartFailureAnalyzer.MissingPartException;
import io.github.kvevents.store.KvStore;

/**
 * Fails at start-up if there is no back end: hooks would be registered and never called.
 */
@Configuration(proxyBeanMethods = false)
class MissingStoreConfiguration {

	private static final String CONNECTION_FACTORY = "org.springframework.data.redis.connection.RedisConnectionFactory";

	private static final String ACTION = String.format("Do one of these:%n%n"
			+ "    - add 'org.springframework.boot:spring-boot-starter-data-redis' and don't exclude Boot's auto-configuration of Redis%n"
			+ "    - declare a RedisConnectionFactory bean; of several, mark one as @Primary%n"
			+ "    - set 'kv.events.store=memory' to keep keys in this process%n"
			+ "    - set 'kv.events.enabled=false' to switch kv-events off");

	@Bean
	@ConditionalOnMissingBean(KvStore.class)
	KvStore kvStore(ConfigurableListableBeanFactory beanFactory) {
		throw new MissingPartException(
				"kv-events keeps its keys in Redis ('kv.events.store' is 'redis'), but " + reason(beanFactory), ACTION);
	}

	private static String reason(ConfigurableListableBeanFactory beanFactory) {
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		if (!ClassUtils.isPresent(CONNECTION_FACTORY, classLoader)) {
			return "Spring Data Redis is not on the classpath.";
		}
		String[] beanNames = beanFactory
			.getBeanNamesForType(ClassUtils.resolveClassName(CONNECTION_FACTORY, classLoader));
		return (beanNames.length > 0)
				? "there are several RedisConnectionFactory beans and none is primary: " + List.of(beanNames) + "."
				: "there is no RedisConnectionFactory bean.";
	}

}
