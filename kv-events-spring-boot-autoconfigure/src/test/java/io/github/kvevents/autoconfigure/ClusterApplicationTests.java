package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * Whole applications on a real Redis Cluster.
 */
@ExtendWith({ TestClusterExtension.class, OutputCaptureExtension.class })
class ClusterApplicationTests {

	private static final List<String> KEYS = IntStream.range(0, 60).mapToObj((number) -> "order:" + number).toList();

	@Test
	void everyFeatureWorks(TestCluster cluster) throws Exception {
		try (ConfigurableApplicationContext context = run(cluster, "kv.events.log.enabled=true")) {
			KvTemplate template = context.getBean(KvTemplate.class);
			Reactions reactions = context.getBean(Reactions.class);
			KvListenerRegistry listeners = context.getBean(KvListenerRegistry.class);
			await().until(() -> listeners.find("audit").orElseThrow().getStats().partitions() == 16);
			Map<String, String> values = new HashMap<>();
			KEYS.forEach((key) -> values.put(key, "first"));
			template.batchSet(values);
			try (KvWatch watch = template.watch(WatchOptions.prefix("order:").initialReplay())) {
				KEYS.forEach((key) -> template.set(key, "second", Duration.ofMillis(200)));
				List<KvEvent> watched = new ArrayList<>();
				await().untilAsserted(() -> {
					KvEvent next = watch.poll(Duration.ofMillis(100));
					while (next != null) {
						watched.add(next);
						next = watch.poll(Duration.ofMillis(100));
					}
					assertThat(watched).filteredOn((event) -> event.getType() == KvEventType.EXPIRED)
						.extracting(KvEvent::getKey)
						.containsExactlyInAnyOrderElementsOf(KEYS);
				});
			}
			await().untilAsserted(() -> {
				assertThat(reactions.expired).extracting(KvEvent::getKey).containsExactlyInAnyOrderElementsOf(KEYS);
				assertThat(reactions.handled).extracting(KvEvent::getKey).hasSize(180);
			});
			assertThat(reactions.expired)
				.allSatisfy((event) -> assertThat(event.getPreviousValue(String.class)).isEqualTo("second"));
			assertThat(reactions.hooks).extracting(KvEvent::getKey).hasSize(120);
			await().untilAsserted(() -> assertThat(reactions.everywhere).hasSize(120));
			for (String key : KEYS) {
				assertThat(reactions.handled).filteredOn((event) -> event.getKey().equals(key))
					.extracting(KvEvent::getType)
					.containsExactly(KvEventType.BATCH_SET, KvEventType.SET, KvEventType.EXPIRED);
			}
			assertThat(template.keys("order:")).isEmpty();
			assertThat(context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class).health().getStatus())
				.isEqualTo(Status.UP);
			assertThat(context.getBean(ExpiryMonitor.class).getStatus().partitions()).hasSize(16);
		}
		assertThat(nodesWithKeys(cluster)).as("nodes that have a share").isEqualTo(3);
	}

	@Test
	void eventLogsOfAllNodesAreFollowed(TestCluster cluster) {
		try (ConfigurableApplicationContext context = run(cluster)) {
			KvEventLogs logs = context.getBean(KvEventLogs.class);
			Queue<String> received = new ConcurrentLinkedQueue<>();
			List<Follow> follows = new ArrayList<>();
			for (int number = 0; number < 12; number++) {
				KvEventLog log = logs.open("log-" + number, EventLogOptions.defaults());
				follows.add(log.tailAndFollow(
						(entries) -> entries.forEach((entry) -> received.add(entry.get("v", String.class)))));
				log.add(Map.of("v", "of log " + number));
			}
			await().untilAsserted(() -> assertThat(received).containsExactlyInAnyOrderElementsOf(
					IntStream.range(0, 12).mapToObj((number) -> "of log " + number).toList()));
			follows.forEach(Follow::close);
		}
	}

	/**
	 * Redis publishes an expiry on the node that has the key. spring-data-redis#1111,
	 * redisson#4213.
	 */
	@Test
	void expiriesOfOtherClientsKeysAreReceivedFromEveryPrimaryOnce(TestCluster cluster) {
		try (ConfigurableApplicationContext context = run(cluster, "kv.events.expiry.notifications.mode=configure")) {
			ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
			await().until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
					&& cluster.primaries().stream().allMatch(ClusterApplicationTests::publishesExpiries));
			StringRedisTemplate foreign = new StringRedisTemplate(cluster.connectionFactory());
			KEYS.forEach((key) -> foreign.opsForValue().set("shop:" + key, "x", Duration.ofMillis(30)));
			KEYS.forEach((key) -> foreign.opsForValue().set("elsewhere:" + key, "x", Duration.ofMillis(30)));
			KEYS.subList(0, 20)
				.forEach((key) -> context.getBean(KvTemplate.class).set("own:" + key, "x", Duration.ofMillis(30)));
			Reactions reactions = context.getBean(Reactions.class);
			await().untilAsserted(() -> assertThat(reactions.expired).hasSizeGreaterThanOrEqualTo(80));
			assertThat(reactions.expired).filteredOn((event) -> event.getDetectedBy() == KvExpirySource.NOTIFICATION)
				.extracting(KvEvent::getKey)
				.containsExactlyInAnyOrderElementsOf(KEYS);
			assertThat(reactions.expired).filteredOn((event) -> event.getDetectedBy() != KvExpirySource.NOTIFICATION)
				.extracting(KvEvent::getKey)
				.hasSize(20)
				.allMatch((key) -> key.startsWith("own:"));
		}
		finally {
			cluster.primaries().forEach((node) -> node.execute("CONFIG", "SET", "notify-keyspace-events", ""));
		}
	}

	@Test
	void twoInstancesShareExpiriesAndThePartitionsOfListeners(TestCluster cluster, CapturedOutput output) {
		String[] properties = { "kv.events.log.enabled=true", "kv.events.listener.lease=3s",
				"spring.data.redis.lettuce.pool.max-active=8" };
		try (ConfigurableApplicationContext one = run(cluster, properties);
				ConfigurableApplicationContext two = run(cluster, properties)) {
			List<ConfigurableApplicationContext> both = List.of(one, two);
			await().until(() -> both.stream()
				.allMatch((context) -> context.getBean(KvListenerRegistry.class)
					.find("audit")
					.orElseThrow()
					.getStats()
					.partitions() == 8));
			KEYS.forEach((key) -> one.getBean(KvTemplate.class).set(key, "x", Duration.ofMillis(50)));
			await().untilAsserted(() -> {
				assertThat(all(both, Reactions::expired)).containsExactlyInAnyOrderElementsOf(KEYS);
				assertThat(all(both, Reactions::handled)).hasSize(120);
			});
			assertThat(new TreeSet<>(all(both, Reactions::handled))).hasSize(60);
			await().untilAsserted(() -> assertThat(two.getBean(Reactions.class).everywhere).hasSize(60));
		}
		assertThat(output).contains("up to 16 of its own that wait");
	}

	@Test
	void plainKeysKeepTheirNamesWithoutTrackingAndLog(TestCluster cluster) {
		try (ConfigurableApplicationContext context = run(cluster, "kv.events.expiry.tracking.mode=off")) {
			KvTemplate template = context.getBean(KvTemplate.class);
			Map<String, String> values = new HashMap<>();
			KEYS.forEach((key) -> values.put(key, "v"));
			template.batchSet(values);
			assertThat(new StringRedisTemplate(cluster.connectionFactory()).opsForValue().get("shop:order:7"))
				.isEqualTo("v");
			assertThat(template.batchGet(KEYS, String.class)).hasSize(60);
			assertThat(template.keys("order:")).containsExactlyInAnyOrderElementsOf(KEYS);
			assertThat(context.getBean(Reactions.class).hooks).hasSize(60);
			assertThat(template.batchDelete(KEYS)).isEqualTo(60);
		}
	}

	@Test
	void nodeOfAClusterAsASingleServerIsRefused(TestCluster cluster, CapturedOutput output) {
		int port = cluster.primaries().get(1).getPort();
		assertThatException()
			.isThrownBy(() -> RedisApplication.of(Application.class, port).with("kv.events.namespace=single").run());
		assertThat(output).contains("is a node of a Redis Cluster")
			.contains("'spring.data.redis.cluster.nodes'")
			.doesNotContain("CROSSSLOT");
	}

	@Test
	void anotherLayoutStopsStartUp(TestCluster cluster, CapturedOutput output) {
		new StringRedisTemplate(cluster.connectionFactory()).opsForHash()
			.putAll("kv-events:{clustered}:meta", Map.of("partitions", "16", "layout", "plain", "key-prefix", "shop:"));
		assertThatException().isThrownBy(() -> run(cluster));
		assertThat(output)
			.contains("Namespace 'clustered' has the layout 'plain', but this application needs 'tagged'");
	}

	private static boolean publishesExpiries(TestRedis node) {
		String flags = node.template()
			.execute((RedisCallback<Properties>) (connection) -> connection.serverCommands()
				.getConfig("notify-keyspace-events"))
			.getProperty("notify-keyspace-events", "");
		return flags.contains("x") && flags.contains("E");
	}

	private static long nodesWithKeys(TestCluster cluster) {
		return cluster.primaries().stream().filter((node) -> (Long) node.execute("DBSIZE") > 0).count();
	}

	private static List<String> all(List<ConfigurableApplicationContext> contexts,
			Function<Reactions, Queue<? extends KvEvent>> queue) {
		return contexts.stream()
			.flatMap((context) -> queue.apply(context.getBean(Reactions.class)).stream())
			.map(KvEvent::getKey)
			.toList();
	}

	private static ConfigurableApplicationContext run(TestCluster cluster, String... properties) {
		return RedisApplication.of(Application.class, cluster.primaries().get(0))
			.with("spring.data.redis.cluster.nodes=" + cluster.addresses(), "spring.data.redis.timeout=5s",
					"kv.events.namespace=clustered", "kv.events.key-prefix=shop:")
			.with(properties)
			.run();
	}

	static class Reactions {

		private final Queue<KvEvent> hooks = new ConcurrentLinkedQueue<>();

		private final Queue<KvExpiredEvent> expired = new ConcurrentLinkedQueue<>();

		private final Queue<KvEvent> everywhere = new ConcurrentLinkedQueue<>();

		private final Queue<KvEvent> handled = new ConcurrentLinkedQueue<>();

		Queue<KvExpiredEvent> expired() {
			return this.expired;
		}

		Queue<KvEvent> handled() {
			return this.handled;
		}

		@KvHook(events = { KvEventType.SET, KvEventType.BATCH_SET }, prefix = "order:")
		void set(KvEvent event) {
			this.hooks.add(event);
		}

		@KvHook(events = KvEventType.EXPIRED)
		void expired(KvExpiredEvent event) {
			this.expired.add(event);
		}

	}

	static class Durable {

		private final Reactions reactions;

		Durable(Reactions reactions) {
			this.reactions = reactions;
		}

		@KvHook(events = { KvEventType.SET, KvEventType.BATCH_SET }, prefix = "order:",
				scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(KvEvent event) {
			this.reactions.everywhere.add(event);
		}

		@KvListener(id = "audit", prefix = "order:", startAt = StartAt.EARLIEST)
		void handle(KvEvent event) {
			this.reactions.handled.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

		@Bean
		@ConditionalOnBooleanProperty("kv.events.log.enabled")
		Durable durable(Reactions reactions) {
			return new Durable(reactions);
		}

	}

}
