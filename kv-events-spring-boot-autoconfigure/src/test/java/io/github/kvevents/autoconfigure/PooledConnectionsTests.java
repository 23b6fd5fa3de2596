package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications whose connections come out of a pool of eight, which is the default of
 * Boot.
 */
@ExtendWith(OutputCaptureExtension.class)
class PooledConnectionsTests {

	@Test
	void morePartitionsThanTheLettucePoolHasConnectionsWork(CapturedOutput output) {
		try (TestRedis redis = start();
				ConfigurableApplicationContext context = run(redis, "lettuce", "kv.events.partitions=8")) {
			assertThat(context.getBean(LettuceConnectionFactory.class).getClientConfiguration())
				.isInstanceOf(LettucePoolingClientConfiguration.class);
			receivesAll(context);
			assertThat(output)
				.contains("    connections    up to 13 of its own, none out of the application's pool of 8");
			assertThat(output).doesNotContain("to at least").doesNotContain("No connection is left");
		}
	}

	@Test
	void jedisPoolThatIsTooSmallIsNamedWithTheNumberThatIsNeededAndNothingWaitsForEver(CapturedOutput output) {
		try (TestRedis redis = start();
				ConfigurableApplicationContext context = run(redis, "jedis", "kv.events.partitions=8")) {
			assertThat(context.isRunning()).isTrue();
			assertThat(output).contains("kv-events needs 14 connections at the same time")
				.contains("'spring.data.redis.jedis.pool.max-active'")
				.contains("at least 14");
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(
						() -> assertThat(output).contains("No connection is left for kv-events in the pool of 8"));
		}
	}

	@Test
	void jedisPoolOfTheSizeThatIsNeededWorks(CapturedOutput output) {
		try (TestRedis redis = start();
				ConfigurableApplicationContext context = run(redis, "jedis", "kv.events.partitions=8",
						"spring.data.redis.jedis.pool.max-active=14")) {
			receivesAll(context);
			assertThat(output).contains("    connections    up to 13 of the 14 in the application's pool")
				.doesNotContain("to at least")
				.doesNotContain("No connection is left");
		}
	}

	private static TestRedis start() {
		return TestRedis.start("notify-keyspace-events", "Ex");
	}

	private static void receivesAll(ConfigurableApplicationContext context) {
		KvTemplate template = context.getBean(KvTemplate.class);
		Reactions reactions = context.getBean(Reactions.class);
		for (int number = 0; number < 20; number++) {
			template.set("job:" + number, "x", Duration.ofMillis(20));
		}
		await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			assertThat(reactions.expired).hasSize(20);
			assertThat(reactions.everywhere).hasSizeGreaterThanOrEqualTo(20);
			assertThat(reactions.listened).hasSizeGreaterThanOrEqualTo(20);
		});
	}

	private static ConfigurableApplicationContext run(TestRedis redis, String client, String... properties) {
		return RedisApplication.of(Application.class, redis)
			.with("spring.main.keep-alive=true", "spring.data.redis.client-type=" + client,
					"kv.events.namespace=pooled-" + client, "kv.events.log.enabled=true")
			.with(properties)
			.run();
	}

	static class Reactions {

		private final List<String> expired = new CopyOnWriteArrayList<>();

		private final List<String> everywhere = new CopyOnWriteArrayList<>();

		private final List<String> listened = new CopyOnWriteArrayList<>();

		@OnKvExpired(prefix = "job:")
		void onExpired(String key) {
			this.expired.add(key);
		}

		@KvHook(prefix = "job:", scope = KvHookScope.EVERY_INSTANCE)
		void onChange(String key) {
			this.everywhere.add(key);
		}

		@KvListener(id = "jobs", prefix = "job:")
		void onEvent(KvEvent event) {
			this.listened.add(event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

}
