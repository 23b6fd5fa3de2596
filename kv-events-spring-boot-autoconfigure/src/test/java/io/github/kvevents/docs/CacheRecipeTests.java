package io.github.kvevents.docs;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.CacheManager;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.docs.ChangeLogSnippets.Prices;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The recipe for a cache on every instance, with two of them.
 */
@ExtendWith(TestRedisExtension.class)
class CacheRecipeTests {

	private final TestRedis redis;

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	CacheRecipeTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void aValueThatOneInstanceChangesIsEvictedOnTheOtherAndAGapClearsAll() {
		ConfigurableApplicationContext one = start();
		ConfigurableApplicationContext two = start();
		KvTemplate template = one.getBean(KvTemplate.class);
		template.set("price:tea", "4");
		template.set("price:milk", "1");
		for (ConfigurableApplicationContext context : this.contexts) {
			await().untilAsserted(() -> assertThat(prices(context).of("tea")).isEqualTo("4"));
			await().untilAsserted(() -> assertThat(prices(context).of("milk")).isEqualTo("1"));
		}
		template.set("price:tea", "5");
		for (ConfigurableApplicationContext context : this.contexts) {
			await().untilAsserted(() -> assertThat(prices(context).of("tea")).isEqualTo("5"));
		}
		// past the template: only a gap can bring it to light
		this.redis.template().opsForValue().set("price:milk", "2");
		assertThat(prices(two).of("milk")).isEqualTo("1");
		this.redis.template().delete("kv-events:{prices:0}:log");
		await().untilAsserted(() -> assertThat(prices(two).of("milk")).isEqualTo("2"));
	}

	private static Prices prices(ConfigurableApplicationContext context) {
		return context.getBean(Prices.class);
	}

	private ConfigurableApplicationContext start() {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + this.redis.getPort(), "kv.events.log.enabled=true",
					"kv.events.namespace=prices")
			.run();
		this.contexts.add(context);
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Prices.class)
	static class Application {

		@Bean
		CacheManager caches() {
			return new ConcurrentMapCacheManager("prices");
		}

	}

}
