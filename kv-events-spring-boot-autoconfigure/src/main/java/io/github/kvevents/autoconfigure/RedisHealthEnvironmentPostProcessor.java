package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

import io.github.kvevents.autoconfigure.ConditionalOnStore.OnStoreCondition;

/**
 * Disables Boot's health indicator of Redis for an application that keeps its keys in
 * memory. The starter depends on Spring Data Redis, and the indicator would answer 503,
 * since there is no server at {@code localhost}.
 * <p>
 * This default has the lowest precedence: {@code management.health.redis.enabled} of the
 * application overrides it. Nothing is set if any address of a Redis is configured.
 */
class RedisHealthEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String SOURCE = "kvEventsMemoryStore";

	private static final String ENABLED = "management.health.redis.enabled";

	private static final String PREFIX = "spring.data.redis.";

	private static final List<String> ADDRESSES = List.of("url", "host", "port", "sentinel.master", "cluster.nodes",
			"cluster.nodes[0]", "masterreplica.nodes", "masterreplica.nodes[0]");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		// default properties of SpringApplication are added even later
		if (!environment.containsProperty(ENABLED) && OnStoreCondition.isStore(environment, StoreType.MEMORY)
				&& ADDRESSES.stream().noneMatch((name) -> environment.containsProperty(PREFIX + name))) {
			environment.getPropertySources().addLast(new MapPropertySource(SOURCE, Map.of(ENABLED, "false")));
		}
	}

	/**
	 * After the one that reads the configuration files.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
