package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.test.autoconfigure.DataRedisTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The slice {@code @DataRedisTest} has the template, with JSON and hooks.
 */
@DirtiesContext // a context that lives on would have threads that other tests must not
				// see
@DataRedisTest
class DataRedisSliceTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private Hooks hooks;

	@DynamicPropertySource
	static void redis(DynamicPropertyRegistry registry) {
		registry.add("spring.data.redis.port", () -> SharedRedis.INSTANCE.getPort());
	}

	@Test
	void templateWorksInTheSlice() {
		this.template.set("slice:1", new Order("x"));
		assertThat(this.template.get("slice:1", Order.class)).contains(new Order("x"));
		assertThat(this.hooks.keys).containsExactly("slice:1");
	}

	record Order(String name) {
	}

	static class Hooks {

		private final List<String> keys = new ArrayList<>();

		@KvHook(prefix = "slice:")
		void onChange(String key) {
			this.keys.add(key);
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

	}

	/**
	 * Ended by its shut-down hook: the context that uses it is cached.
	 */
	private static final class SharedRedis {

		private static final TestRedis INSTANCE = TestRedis.start();

	}

}
