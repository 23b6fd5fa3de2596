package io.github.kvevents.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application says about kv-events when it starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupReportTests {

	private static final String PASSWORD = "password-4711";

	@Test
	void everythingOnIsOneBlock(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start()) {
			redis.execute("ACL", "SETUSER", "shop", "on", ">" + PASSWORD, "~*", "&*", "+@all");
			try (ConfigurableApplicationContext context = run(redis, "spring.application.name=orders",
					"spring.data.redis.username=shop", "spring.data.redis.password=" + PASSWORD,
					"spring.data.redis.database=2", "kv.events.partitions=3", "kv.events.log.max-length=5000",
					"kv.events.log.max-age=1h", "kv.events.expiry.threads=5")) {
				await().untilAsserted(() -> assertThat(output).contains("lacks \"Ex\""));
				assertThat(OwnLogLines.of(output)).hasSizeLessThanOrEqualTo(15);
				assertThat(output.toString().replace(System.lineSeparator(), "\n")).contains("""
						kv-events, instance 'blue'
						    namespace      'orders', from 'spring.application.name'
						    Redis          %s, standalone at localhost:%d, database 2
						    partitions     3
						    tracking       all, active; last values: auto
						    notifications  listen
						    change log     on, up to 5000 entries in each partition, for PT1H
						    hooks          3 (1 asynchronous, 1 on every instance), guards: 1
						    listeners      2
						    threads        up to 33, besides those of watches and of follows of event logs
						    connections    up to 8 of its own, none out of the application's pool of 8
						""".formatted(redis.version(), redis.getPort()));
				assertThat(output).containsOnlyOnce("kv-events, instance").doesNotContain(PASSWORD);
				assertThat(context.isRunning()).isTrue();
			}
		}
	}

	@Test
	void withItsWarningsThereAreFifteenLinesAtMost(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start(); ConfigurableApplicationContext context = run(redis)) {
			await().untilAsserted(() -> assertThat(output).contains("lacks \"Ex\""));
			assertThat(output).contains("'application', the default of applications without a name")
				.contains("This application has no name");
			assertThat(OwnLogLines.of(output)).hasSizeBetween(11 + 2, 15);
			assertThat(context.isRunning()).isTrue();
		}
	}

	/**
	 * As many attempts as in the first minute with timeouts that suit production; with
	 * {@code -Dkv.faults.scale=full} a minute.
	 */
	@Test
	void withoutRedisThereAreFiveLinesAtMostAndTheBlockFollows(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start()) {
			redis.kill();
			try (ConfigurableApplicationContext context = run(redis, "spring.application.name=orders",
					"spring.data.redis.timeout=250ms", "spring.main.keep-alive=true")) {
				assertThat(output)
					.containsOnlyOnce("kv-events, instance 'blue', namespace 'orders', from 'spring.application.name': "
							+ "Redis, standalone at localhost:%d, database 0, can't be used yet"
								.formatted(redis.getPort()));
				Duration minute = Duration.ofSeconds(FaultScale.of(8, 60));
				await().pollDelay(minute).timeout(minute.multipliedBy(2)).until(() -> true);
				assertThat(OwnLogLines.of(output)).hasSizeBetween(2, 5);
				assertThat(output).doesNotContain("    namespace  ");
				redis.restart();
				await().atMost(Duration.ofSeconds(60))
					.untilAsserted(() -> assertThat(output).contains("    Redis          " + redis.version()));
				assertThat(output).containsOnlyOnce("    namespace  ").contains("    tracking       all, active");
				assertThat(context.isRunning()).isTrue();
			}
		}
	}

	@Test
	void nothingConnectsForIt(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start()) {
			long before = redis.connectionsReceived();
			try (ConfigurableApplicationContext context = RedisApplication.of(Quiet.class, redis)
				.with("kv.events.namespace=quiet", "kv.events.expiry.tracking.last-value=never")
				.run()) {
				assertThat(output).contains("    namespace      'quiet', from 'kv.events.namespace'")
					.contains("database 0, not asked yet: the first operation connects")
					.contains("    tracking       auto, idle: nothing here receives expiries yet; last values: never")
					.contains("    change log     off")
					.contains("    hooks          0 (0 asynchronous, 0 on every instance), guards: 0")
					.contains("    listeners      0");
				assertThat(redis.connectionsReceived()).isEqualTo(before);
				context.getBean(KvTemplate.class).set("a", "1");
			}
		}
	}

	@Test
	void refusedRightsAreInTheBlock(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex")) {
			redis.execute("ACL", "SETUSER", "shop", "on", ">" + PASSWORD, "~*", "&*", "+@all", "-xadd");
			run(redis, "spring.data.redis.username=shop", "spring.data.redis.password=" + PASSWORD,
					"spring.application.name=orders", "spring.main.keep-alive=true")
				.close();
			assertThat(output).contains("'+xadd'").contains("refuses what kv-events needs: see the warning");
		}
	}

	@Test
	void inMemoryItHasNoServer(CapturedOutput output) {
		run(0, "kv.events.store=memory", "spring.application.name=orders", "spring.main.keep-alive=true").close();
		assertThat(output).contains("    store          memory").contains("    tracking       all, active");
		assertThat(output).doesNotContain("    Redis  ").doesNotContain("    notifications  ");
		assertThat(OwnLogLines.of(output)).hasSize(9);
	}

	@Test
	void childContextRepeatsNothing(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = run(0, "kv.events.store=memory");
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Quiet.class).parent(parent)
					.web(WebApplicationType.NONE)
					.properties("kv.events.store=memory")
					.run()) {
			assertThat(child.getBean(KvTemplate.class)).isSameAs(parent.getBean(KvTemplate.class));
			assertThat(output).containsOnlyOnce("kv-events, instance");
		}
	}

	private static ConfigurableApplicationContext run(TestRedis redis, String... properties) {
		return run(redis.getPort(), properties);
	}

	private static ConfigurableApplicationContext run(int port, String... properties) {
		return RedisApplication.of(Application.class, port)
			.with("kv.events.log.enabled=true", "kv.events.expiry.tracking.mode=all", "kv.events.instance-id=blue",
					"kv.events.hooks.shutdown-timeout=1s")
			.with(properties)
			.run();
	}

	static class Reactions {

		@OnKvExpired(prefix = "job:")
		void expired(String key) {
		}

		@KvHook(prefix = "job:", scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(String key) {
		}

		@KvHook(prefix = "job:", async = true)
		void later(String key) {
		}

		@KvGuard(keys = "forbidden")
		void refuse(String key) {
			throw new IllegalArgumentException("on purpose");
		}

		@KvListener(id = "audit", concurrency = 3)
		void audit(KvEvent event) {
		}

		@KvListener(id = "mail")
		void mail(KvEvent event) {
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

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Quiet {

	}

}
