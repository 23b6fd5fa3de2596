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
 * Lets an application that keeps its keys in memory be healthy without Redis. The starter
 * brings Spring Data Redis along, and Boot's health indicator would look for a server at
 * {@code localhost} that nobody configured and answer 503.
 * <p>
 * The default that this sets comes last, so that the application's own
 * {@code management.health.redis.enabled} counts. Where any address of a Redis is
 * configured, nothing is set.
 */
class RedisHealthEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String SOURCE = "kvEventsMemoryStore";

	private static final String ENABLED = "management.health.redis.enabled";

	private static final String PREFIX = "spring.data.redis.";

	private static final List<String> ADDRESSES = List.of("url", "host", "port", "sentinel.master", "cluster.nodes",
			"cluster.nodes[0]", "masterreplica.nodes", "masterreplica.nodes[0]");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		// default properties that the application sets in code come behind even the last
		if (!environment.containsProperty(ENABLED) && OnStoreCondition.isStore(environment, StoreType.MEMORY)
				&& ADDRESSES.stream().noneMatch((name) -> environment.containsProperty(PREFIX + name))) {
			environment.getPropertySources().addLast(new MapPropertySource(SOURCE, Map.of(ENABLED, "false")));
		}
	}

	/**
	 * Behind the one that reads the configuration files.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
