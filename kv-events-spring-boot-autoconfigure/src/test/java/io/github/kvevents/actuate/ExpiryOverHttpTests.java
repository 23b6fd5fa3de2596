package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What an operator gets over HTTP about expiry.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiryOverHttpTests {

	@Test
	void showsWhatIsTrackedAndWhatWasDone(TestRedis redis) {
		try (ConfigurableApplicationContext context = run(Application.class, redis)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:secret", "secret", Duration.ofMillis(30));
			template.set("order:secret-too", "secret", Duration.ofMinutes(7));
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("delivered", 1));
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("pending", 0));
			Map<String, Object> expiry = expiry(context);
			assertThat(expiry).containsOnlyKeys("instance", "mode", "lastValue", "state", "storeReachable",
					"storeError", "tracked", "overdue", "overdueMillis", "nextDeadline", "waiting", "pending",
					"delivered", "redelivered", "trimmed", "unreceived", "lateness", "evictionPolicy", "partitions",
					"notifications");
			assertThat(expiry).containsEntry("instance", "blue")
				.containsEntry("mode", "AUTO")
				.containsEntry("lastValue", "AUTO")
				.containsEntry("state", "TRACKING")
				.containsEntry("storeReachable", true)
				.containsEntry("storeError", null)
				.containsEntry("tracked", 1)
				.containsEntry("overdue", 0)
				.containsEntry("overdueMillis", 0)
				.containsEntry("waiting", 0)
				.containsEntry("redelivered", 0)
				.containsEntry("trimmed", 0)
				.containsEntry("evictionPolicy", "noeviction");
			assertThat(Instant.parse((String) expiry.get("nextDeadline"))).isBetween(Instant.now().plusSeconds(300),
					Instant.now().plusSeconds(420));
			assertThat(expiry).extracting("lateness", InstanceOfAssertFactories.MAP)
				.containsOnlyKeys("count", "p50Millis", "p99Millis", "maxMillis")
				.containsEntry("count", 1)
				.doesNotContainValue(null);
			assertThat(expiry).extracting("partitions", InstanceOfAssertFactories.LIST)
				.singleElement(InstanceOfAssertFactories.MAP)
				.containsOnlyKeys("partition", "leaseHolder", "tracked", "overdue", "nextDeadline", "waiting",
						"pending")
				.containsEntry("partition", 0)
				.containsEntry("leaseHolder", "blue")
				.containsEntry("tracked", 1)
				.containsEntry("pending", Map.of());
			assertThat(expiry).extracting("notifications", InstanceOfAssertFactories.MAP)
				.containsEntry("mode", "LISTEN");
			assertThat(body(context, "/kvexpiry")).doesNotContain("secret");
		}
	}

	@Test
	void trackingThatIsOffSaysSoAndAsksNothing(TestRedis redis) {
		try (ConfigurableApplicationContext context = run(Application.class, redis,
				"kv.events.expiry.tracking.mode=off", "kv.events.expiry.notifications.mode=off")) {
			redis.execute("CONFIG", "RESETSTAT");
			assertThat(expiry(context)).containsEntry("mode", "OFF")
				.containsEntry("state", "OFF")
				.containsEntry("storeReachable", null)
				.containsEntry("tracked", null)
				.containsEntry("pending", null)
				.containsEntry("delivered", 0)
				.containsEntry("partitions", List.of())
				.extracting("notifications.mode", "notifications.state")
				.containsExactly("OFF", "OFF");
			assertThat(redis.commandCalls()).isEmpty();
		}
	}

	@Test
	void saysThatTheStoreIsUnreachableAndTellsWhatTheInstanceKnows() {
		try (TestRedis redis = TestRedis.start();
				ConfigurableApplicationContext context = run(Application.class, redis)) {
			context.getBean(KvTemplate.class).set("order:1", "x", Duration.ofMillis(1));
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("delivered", 1));
			redis.kill();
			assertThat(expiry(context)).containsEntry("storeReachable", false)
				.hasEntrySatisfying("storeError",
						(error) -> assertThat(error).asString().startsWith("org.springframework"))
				.containsEntry("state", "TRACKING")
				.containsEntry("tracked", null)
				.containsEntry("nextDeadline", null)
				.containsEntry("delivered", 1)
				.extracting("lateness.count")
				.isEqualTo(1);
			redis.restart();
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("storeReachable", true));
		}
	}

	@Test
	void showsTheInMemoryStore() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties(properties(0, "kv.events.store=memory"))
			.run()) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:1", "x", Duration.ofMillis(20));
			template.set("order:2", "x", Duration.ofMinutes(9));
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("delivered", 1));
			Awaitility.await().untilAsserted(() -> assertThat(expiry(context)).containsEntry("pending", 0));
			assertThat(expiry(context)).containsEntry("instance", "blue")
				.containsEntry("mode", "ALL")
				.containsEntry("state", "TRACKING")
				.containsEntry("tracked", 1)
				.containsEntry("evictionPolicy", null)
				.containsEntry("notifications", null)
				.extracting("lateness.count")
				.isEqualTo(1);
		}
	}

	@Test
	void inMemoryKeysExpireUnheardWhereTrackingIsOff() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties(properties(0, "kv.events.store=memory", "kv.events.log.enabled=true",
					"kv.events.expiry.tracking.mode=off"))
			.run()) {
			KvTemplate template = context.getBean(KvTemplate.class);
			KvHookRegistration hook = context.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults().events(KvEventType.EXPIRED, KvEventType.DELETE), (event) -> {
				});
			template.set("order:1", "x", Duration.ofMillis(20));
			Awaitility.await().until(() -> template.keys("order:").toList().isEmpty());
			template.set("order:1", "y");
			template.delete("order:1");
			assertThat(context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
				.extracting(KvEvent::getType, KvEvent::getKey)
				.containsExactly(tuple(KvEventType.SET, "order:1"), tuple(KvEventType.SET, "order:1"),
						tuple(KvEventType.DELETE, "order:1"));
			Awaitility.await()
				.during(Duration.ofMillis(200))
				.untilAsserted(() -> assertThat(hook.getStats().invocations()).isEqualTo(1));
			assertThat(expiry(context)).containsEntry("instance", "blue")
				.containsEntry("mode", "OFF")
				.containsEntry("state", "OFF")
				.containsEntry("tracked", null)
				.containsEntry("delivered", 0)
				.extracting("lateness.count")
				.isEqualTo(0);
			assertThat(health(context)).containsEntry("status", "UP")
				.extracting("details.tracking.mode")
				.isEqualTo("OFF");
		}
	}

	@Test
	void healthWarnsOfAnIndexThatNobodySweepsAndThatMayBeEvicted() {
		try (TestRedis redis = TestRedis.start("maxmemory-policy", "allkeys-lru");
				ConfigurableApplicationContext context = run(Quiet.class, redis)) {
			redis.execute("ZADD", "kv-events:{shop:0}:deadlines", "1000", "secret");
			assertThat(health(context)).containsEntry("status", "UP")
				.extracting("details.warnings", InstanceOfAssertFactories.list(String.class))
				.satisfiesExactly(
						(warning) -> assertThat(warning)
							.startsWith("The sweep is behind: 1 tracked deadlines have passed unnoticed, the earliest ")
							.endsWith("No instance sweeps: is none running in which something receives expiries?"),
						(warning) -> assertThat(warning).contains("'maxmemory-policy' is 'allkeys-lru'"));
			assertThat(body(context, "/health")).doesNotContain("secret");
			redis.execute("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
			redis.execute("DEL", "kv-events:{shop:0}:deadlines");
			assertThat(health(context)).extracting("details", InstanceOfAssertFactories.MAP)
				.doesNotContainKey("warnings");
		}
	}

	private static Map<String, Object> expiry(ConfigurableApplicationContext context) {
		return map(client(context).get().uri("/kvexpiry").exchange().expectStatus().isOk());
	}

	private static Map<String, Object> health(ConfigurableApplicationContext context) {
		return map(client(context).get().uri("/health/kvEvents").exchange());
	}

	private static Map<String, Object> map(RestTestClient.ResponseSpec response) {
		Map<String, Object> body = response.returnResult(new ParameterizedTypeReference<Map<String, Object>>() {
		}).getResponseBody();
		assertThat(body).isNotNull();
		return body;
	}

	private static String body(ConfigurableApplicationContext context, String path) {
		return String.valueOf(client(context).get().uri(path).exchange().returnResult(String.class).getResponseBody());
	}

	private static RestTestClient client(ConfigurableApplicationContext context) {
		String port = context.getEnvironment().getProperty("local.server.port");
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	private static ConfigurableApplicationContext run(Class<?> application, TestRedis redis, String... properties) {
		return new SpringApplicationBuilder(application).properties(properties(redis.getPort(), properties)).run();
	}

	private static String[] properties(int redisPort, String... further) {
		List<String> properties = new ArrayList<>(List.of("server.port=0", "spring.data.redis.port=" + redisPort,
				"spring.data.redis.timeout=2s", "spring.data.redis.connect-timeout=2s", "kv.events.namespace=shop",
				"kv.events.instance-id=blue", "management.endpoints.web.exposure.include=kvexpiry,health",
				"management.endpoint.health.show-details=always", "management.endpoint.health.show-components=always"));
		properties.addAll(List.of(further));
		return properties.toArray(String[]::new);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Quiet {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

	static class Reactions {

		@OnKvExpired
		void expired(String key) {
		}

	}

}
