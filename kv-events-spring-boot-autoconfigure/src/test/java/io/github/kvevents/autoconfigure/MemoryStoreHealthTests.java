package io.github.kvevents.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that keeps its keys in memory needs no Redis, neither to start nor to be
 * healthy. No server listens at port 1.
 */
class MemoryStoreHealthTests {

	@Test
	void applicationInMemoryIsHealthyWithoutRedis() {
		try (ConfigurableApplicationContext context = run("kv.events.store=memory")) {
			context.getBean(KvTemplate.class).set("k", "v");
			HealthEndpoint health = context.getBean(HealthEndpoint.class);
			assertThat(health.health().getStatus()).isEqualTo(Status.UP);
			assertThat(health.healthForPath("redis")).isNull();
			assertThat(health.healthForPath("kvEvents")).isNotNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.port=1", "spring.data.redis.url=redis://127.0.0.1:1",
			"spring.data.redis.sentinel.nodes=127.0.0.1:1,spring.data.redis.sentinel.master=m",
			"management.health.redis.enabled=true" })
	void healthOfARedisThatIsConfiguredStays(String properties) {
		try (ConfigurableApplicationContext context = run(("kv.events.store=memory," + properties).split(","))) {
			assertThat(context.containsBean("redisHealthContributor")).isTrue();
		}
	}

	@Test
	void healthOfRedisStaysWhereKeysAreKeptInRedis() {
		try (ConfigurableApplicationContext context = run()) {
			assertThat(context.containsBean("redisHealthContributor")).isTrue();
		}
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Plain.class).properties("spring.main.web-application-type=none")
			.properties(properties)
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

}
