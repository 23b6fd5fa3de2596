package io.github.kvevents.actuate;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.management.ObjectName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an operator gets over HTTP about what is wrong, on real servers that are set up
 * badly.
 */
class DoctorOverHttpTests {

	private static final String SECRET = "marker-4711";

	private static final List<String> HEALTHY = List.of("OK", "NOT_APPLICABLE");

	@Test
	void healthyApplicationHasNoFinding() throws Exception {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop",
						"spring.jmx.enabled=true", "spring.jmx.default-domain=doctor",
						"management.endpoints.jmx.domain=doctor",
						"management.endpoints.jmx.exposure.include=kvdoctor")) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:" + SECRET, SECRET, Duration.ofMinutes(7));
			JsonNode report = examine(context);
			assertThat(report.path("status").asString()).isEqualTo("OK");
			assertThat(report.path("checks").valueStream()).hasSizeGreaterThan(14).allSatisfy((check) -> {
				assertThat(check.propertyNames()).containsExactlyInAnyOrder("id", "status", "found", "fix", "servers");
				assertThat(check.path("status").asString()).isIn(HEALTHY);
				assertThat(check.path("found").asString()).isNotBlank();
				assertThat(check.path("fix").isNull()).as(check.toString()).isTrue();
			});
			assertThat(statuses(report, "NOT_APPLICABLE")).containsExactly("min-replicas");
			assertThat(report.toString()).doesNotContain(SECRET);
			Object overJmx = ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("doctor:type=Endpoint,name=Kvdoctor"), "examine", new Object[0], new String[0]);
			assertThat(overJmx).asString().contains("status=OK", "id=eviction-policy").doesNotContain(SECRET);
		}
	}

	/**
	 * The answer in the docs, with the figures of another machine.
	 */
	@Test
	void documentedAnswerIsWhatTheEndpointGives() throws Exception {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop")) {
			redis.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
			Matcher block = Pattern.compile("```json\\R(.*?)```", Pattern.DOTALL)
				.matcher(Files.readString(Path.of("..", "docs", "doctor.md")));
			assertThat(block.find()).isTrue();
			assertThat(normalized(examine(context), redis))
				.isEqualTo(normalized(JsonMapper.shared().readTree(block.group(1)), redis));
		}
	}

	private static String normalized(JsonNode report, TestRedis redis) {
		return report.toPrettyString()
			.replace(String.valueOf(redis.getPort()), "6379")
			.replace(redis.version(), "7.0.15")
			.replaceAll("\"examinedAt\" ?: ?\"[^\"]+\"", "\"examinedAt\" : \"\"")
			.replaceAll("\"millis\" ?: ?\\d+", "\"millis\" : 0")
			.replaceAll("to \\d+ ms", "to 1 ms");
	}

	@Test
	void badStateOfTheNamespaceIsFoundUntilItIsMended() {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop")) {
			String meta = "kv-events:{shop}:meta";
			redis.execute("HSET", meta, "application", "billing");
			JsonNode namespace = find(context, "namespace");
			assertThat(namespace.path("status").asString()).isEqualTo("PROBLEM");
			assertThat(namespace.path("found").asString())
				.startsWith("Namespace 'shop' is used by the application 'billing'")
				.contains("and this is the application 'shop'");
			assertThat(namespace.path("fix").asString()).startsWith("Set 'kv.events.namespace' of this application");
			redis.execute("HSET", meta, "application", "shop", "partitions", "7");
			JsonNode partitions = find(context, "partitions");
			assertThat(partitions.path("status").asString()).isEqualTo("PROBLEM");
			assertThat(partitions.path("found").asString()).contains("is kept in 7 partitions");
			assertThat(partitions.path("fix").asString()).startsWith("Set it to 7");
			redis.execute("HSET", meta, "partitions", "1");
			for (String key : List.of("kv-events:{shop:0}:handed", "kv-events:{shop:0}:dead:mail")) {
				redis.execute("DEL", key);
				redis.execute("SADD", key, SECRET);
				JsonNode types = find(context, "key-types");
				assertThat(types.path("status").asString()).isEqualTo("PROBLEM");
				assertThat(types.path("found").asString()).startsWith("Key '" + key + "' belongs to kv-events")
					.doesNotContain(SECRET);
				assertThat(types.path("fix").asString()).startsWith("Delete or rename it");
				redis.execute("DEL", key);
			}
			assertThat(redis.template().opsForHash().entries(meta)).as("nothing is written")
				.containsEntry("application", "shop")
				.containsEntry("partitions", "1");
			assertThat(examine(context).path("status").asString()).isEqualTo("OK");
		}
	}

	@Test
	void missingRightsAreNamedAndAnApplicationWithoutANameIsWarned() {
		try (TestRedis redis = startRedis()) {
			redis.execute("ACL", "SETUSER", "shop", "on", ">" + SECRET, "~*", "&*", "+@all");
			try (ConfigurableApplicationContext context = run(redis, "spring.data.redis.username=shop",
					"spring.data.redis.password=" + SECRET)) {
				JsonNode report = examine(context);
				assertThat(statuses(report, "WARNING")).containsExactly("namespace");
				assertThat(find(report, "namespace").path("fix").asString())
					.isEqualTo("Set 'spring.application.name' or 'kv.events.namespace'");
				assertThat(find(report, "permissions").path("status").asString()).isEqualTo("OK");
				redis.execute("ACL", "SETUSER", "shop", "-xadd");
				assertThat(find(context, "permissions").path("fix").asString()).startsWith("Grant the user '+xadd'");
				redis.execute("ACL", "SETUSER", "shop", "+xadd", "-evalsha", "-eval");
				assertThat(find(context, "permissions").path("fix").asString()).startsWith("Grant the user '+eval");
				redis.execute("ACL", "SETUSER", "shop", "+@all", "resetkeys", "~order:*");
				JsonNode keys = find(context, "permissions");
				assertThat(keys.path("status").asString()).isEqualTo("PROBLEM");
				assertThat(keys.path("fix").asString()).contains("'~kv-events:*'");
				redis.execute("ACL", "SETUSER", "shop", "~*");
				assertThat(find(context, "permissions").path("status").asString()).isEqualTo("OK");
				assertThat(examine(context).toString()).doesNotContain(SECRET);
			}
		}
	}

	@Test
	void listenerThatIsAboutToMissEntriesIsFound() {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop",
						"kv.events.log.max-length=100")) {
			KvSubscription listener = context.getBean(KvListenerRegistry.class).find("mail").orElseThrow();
			listener.pause();
			await().until(() -> listener.getState() == SubscriptionState.PAUSED);
			KvTemplate template = context.getBean(KvTemplate.class);
			write(template, 0, 60);
			JsonNode behind = find(context, "listener-lag");
			assertThat(behind.path("status").asString()).isEqualTo("WARNING");
			assertThat(behind.path("found").asString())
				.startsWith("Listener 'mail' has 60 entries of partition 0 to read, 60 % of what the log keeps");
			write(template, 60, 95);
			assertThat(find(context, "listener-lag").path("status").asString()).isEqualTo("PROBLEM");
			listener.resume();
			await().untilAsserted(
					() -> assertThat(find(context, "listener-lag").path("status").asString()).isEqualTo("OK"));
		}
	}

	private static void write(KvTemplate template, int from, int to) {
		for (int number = from; number < to; number++) {
			template.set("order:" + number, "x");
		}
	}

	@Test
	void canaryMeasuresHowLateAnExpiryComes() {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop",
						"kv.events.doctor.canary.enabled=true", "kv.events.doctor.canary.time-to-live=120ms",
						"kv.events.expiry.threads=1")) {
			await().untilAsserted(() -> {
				JsonNode canary = find(context, "canary");
				assertThat(canary.path("status").asString()).isEqualTo("OK");
				assertThat(canary.path("found").asString()).containsPattern(
						"A key with a time to live of 120 ms: its expiry was detected \\d+ ms after its deadline");
			});
			Reactions reactions = context.getBean(Reactions.class);
			context.getBean(KvTemplate.class).set("block:1", "x", Duration.ofMillis(1));
			await().until(() -> reactions.blocked.getCount() == 0);
			JsonNode canary = find(context, "canary");
			assertThat(canary.path("status").asString()).isEqualTo("PROBLEM");
			assertThat(canary.path("found").asString()).contains("had not come 2500 ms after its deadline");
			assertThat(canary.path("fix").asString()).contains("kvexpiry");
			reactions.unblocked.countDown();
			await().untilAsserted(() -> assertThat(find(context, "canary").path("status").asString()).isEqualTo("OK"));
		}
	}

	@Test
	void serverThatIsFrozenOrAwayIsSaidWithinABound() throws Exception {
		try (TestRedis redis = startRedis();
				ConfigurableApplicationContext context = run(redis, "spring.application.name=shop",
						"spring.data.redis.timeout=9s")) {
			redis.freeze();
			long begun = System.nanoTime();
			List<CompletableFuture<JsonNode>> requests = Stream
				.generate(
						() -> CompletableFuture.supplyAsync(() -> examine(context), (task) -> new Thread(task).start()))
				.limit(4)
				.toList();
			List<JsonNode> reports = new ArrayList<>();
			for (CompletableFuture<JsonNode> request : requests) {
				reports.add(request.get(60, TimeUnit.SECONDS));
			}
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5 + 3));
			assertThat(reports).extracting((report) -> report.path("examinedAt").asString())
				.containsOnly(reports.get(0).path("examinedAt").asString());
			JsonNode frozen = reports.get(0);
			assertThat(statuses(frozen, "PROBLEM")).containsExactly("server");
			assertThat(find(frozen, "server").path("found").asString()).isEqualTo("No answer within 3000 ms");
			assertThat(statuses(frozen, "UNKNOWN")).contains("eviction-policy", "permissions", "listener-lag");
			assertThat(find(frozen, "timeouts").path("status").asString()).isEqualTo("OK");
			redis.thaw();
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(examine(context).path("status").asString()).isEqualTo("OK"));
			redis.kill();
			assertThat(find(context, "server").path("status").asString()).isEqualTo("PROBLEM");
		}
	}

	@Test
	@ExtendWith(TestClusterExtension.class)
	void eachPrimaryIsLookedAtAndTheBadOneIsNamed(TestCluster cluster) {
		TestRedis bad = cluster.primaries().get(1);
		String name = "127.0.0.1:" + bad.getPort();
		try (ConfigurableApplicationContext context = run("spring.data.redis.cluster.nodes=" + cluster.addresses(),
				"spring.application.name=doctored", "spring.data.redis.timeout=9s")) {
			bad.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
			JsonNode report = examine(context);
			JsonNode eviction = find(report, "eviction-policy");
			assertThat(eviction.path("status").asString()).isEqualTo("WARNING");
			assertThat(eviction.path("found").asString()).startsWith(name + ": ").contains("'allkeys-random'");
			assertThat(eviction.path("servers").valueStream()).hasSize(3)
				.filteredOn((server) -> server.path("status").asString().equals("WARNING"))
				.singleElement()
				.satisfies((server) -> assertThat(server.path("server").asString()).isEqualTo(name));
			assertThat(find(report, "partitions").path("found").asString()).isEqualTo("16 on 3 of 3 primaries");
			assertThat(find(report, "permissions").path("servers").valueStream()).hasSize(3);
			bad.execute("CONFIG", "SET", "maxmemory-policy", "noeviction");
			assertThat(find(context, "eviction-policy").path("status").asString()).isEqualTo("OK");
			bad.freeze();
			JsonNode frozen = find(context, "server");
			bad.thaw();
			assertThat(frozen.path("found").asString()).isEqualTo(name + ": No answer within 3000 ms");
			assertThat(frozen.path("servers")
				.valueStream()
				.filter((server) -> server.path("status").asString().equals("OK"))).hasSize(2);
		}
		finally {
			bad.execute("CONFIG", "SET", "maxmemory-policy", "noeviction");
		}
		try (ConfigurableApplicationContext context = run("spring.data.redis.cluster.nodes=" + cluster.addresses(),
				"spring.application.name=halved", "kv.events.partitions=2")) {
			JsonNode partitions = find(context, "partitions");
			assertThat(partitions.path("status").asString()).isEqualTo("WARNING");
			assertThat(partitions.path("found").asString()).startsWith("2 on 2 of 3 primaries");
		}
	}

	@Test
	void inMemoryOnlyWhatConcernsItIsLookedAt() {
		try (ConfigurableApplicationContext context = run("kv.events.store=memory",
				"kv.events.doctor.canary.enabled=true")) {
			// a canary that is a second late, as on a busy machine, is a warning
			await().untilAsserted(() -> {
				JsonNode report = examine(context);
				assertThat(report.path("checks").size()).isEqualTo(2);
				assertThat(statuses(report, "OK")).containsExactly("listener-lag", "canary");
			});
		}
	}

	private static TestRedis startRedis() {
		return TestRedis.start("appendonly", "yes", "notify-keyspace-events", "Ex");
	}

	private static JsonNode examine(ConfigurableApplicationContext context) {
		String port = context.getEnvironment().getProperty("local.server.port");
		String body = RestTestClient.bindToServer()
			.baseUrl("http://localhost:" + port + "/actuator")
			.build()
			.get()
			.uri("/kvdoctor")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody();
		return JsonMapper.shared().readTree(String.valueOf(body));
	}

	private static JsonNode find(ConfigurableApplicationContext context, String id) {
		return find(examine(context), id);
	}

	private static JsonNode find(JsonNode report, String id) {
		return report.path("checks")
			.valueStream()
			.filter((check) -> check.path("id").asString().equals(id))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> statuses(JsonNode report, String status) {
		return report.path("checks")
			.valueStream()
			.filter((check) -> check.path("status").asString().equals(status))
			.map((check) -> check.path("id").asString())
			.toList();
	}

	private static ConfigurableApplicationContext run(TestRedis redis, String... properties) {
		ConfigurableApplicationContext context = run(
				Stream.concat(Stream.of("spring.data.redis.port=" + redis.getPort()), Stream.of(properties))
					.toArray(String[]::new));
		ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
		await().until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING);
		return context;
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.data.redis.timeout=2s", "spring.data.redis.connect-timeout=2s",
					"kv.events.log.enabled=true", "kv.events.hooks.shutdown-timeout=1s",
					"management.endpoints.web.exposure.include=kvdoctor")
			.properties(properties)
			.run();
	}

	static class Reactions {

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch unblocked = new CountDownLatch(1);

		@OnKvExpired(prefix = "block:")
		void block(String key) throws InterruptedException {
			this.blocked.countDown();
			this.unblocked.await(60, TimeUnit.SECONDS);
		}

		@KvListener(id = "mail", prefix = "order:")
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

}
