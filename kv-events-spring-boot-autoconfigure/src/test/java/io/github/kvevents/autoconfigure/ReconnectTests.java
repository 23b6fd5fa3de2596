package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.RefusingServer;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Several instances that use everything lose all their servers at the same moment, and
 * find them again after ten seconds.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReconnectTests {

	private static final Duration AWAY = Duration.ofSeconds(10);

	/** When the instances are no longer in step with the moment of the loss. */
	private static final Duration SETTLED = Duration.ofSeconds(4);

	private static final String LOST = "Redis can't be reached for now";

	private static final String BACK = "Redis answers again: kv-events resumes";

	private static final String NODES_LOST = "Nodes of the Redis Cluster can't be reached for now";

	private static final String SLOTS_BACK = "All slots of the Redis Cluster are served again";

	private final List<ConfigurableApplicationContext> instances = new ArrayList<>();

	@Test
	void instancesReconnectToAServerSpreadOverTime(CapturedOutput output, TestReporter reporter) {
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "notify-keyspace-events", "Ex")) {
			start(4, redis, "kv.events.partitions=4");
			await().ignoreExceptions().untilAsserted(() -> assertEverythingWorks("before"));
			long connections = connections(redis);
			int before = output.getAll().length();
			redis.kill();
			Attempts attempts = refuse(List.of(redis));
			redis.restart();
			await().ignoreExceptions().untilAsserted(() -> assertEverythingWorks("after"));
			reporter.publishEntry("one server", attempts + ", " + connections + " connections");
			assertThat(attempts.perSecond()).as("attempts of an instance in a second").isLessThan(10);
			assertThat(attempts.atOnce()).as("attempts within 50 ms, of %s", attempts)
				.isLessThan((int) connections * 3 / 4);
			assertThat(Long.parseLong(redis.info("stats").getProperty("total_connections_received")))
				.as("connections since it is back")
				.isLessThanOrEqualTo(2 * connections);
			assertLoggedOnce(output.getAll().substring(before));
			stop();
		}
	}

	/**
	 * The replicas return first: what is written finds a primary, whatever
	 * {@code read-from} says (lettuce#2366). Readers survive: spring-data-redis#2833.
	 */
	@Test
	void instancesReconnectToAClusterAndWriteToItsPrimaries(CapturedOutput output, TestReporter reporter) {
		try (TestCluster cluster = TestCluster.startWithReplicas(3, "cluster-node-timeout", "3000", "appendonly",
				"yes")) {
			start(2, cluster.primaries().get(0), "spring.data.redis.cluster.nodes=" + cluster.addresses(),
					"spring.data.redis.lettuce.read-from=replica-preferred",
					"kv.events.expiry.notifications.mode=configure");
			await().ignoreExceptions().untilAsserted(() -> assertEverythingWorks("before"));
			cluster.awaitReplicated();
			int before = output.getAll().length();
			cluster.nodes().forEach(TestRedis::kill);
			Attempts attempts = refuse(cluster.nodes());
			cluster.replicas().forEach(TestRedis::restart);
			cluster.primaries().forEach(TestRedis::restart);
			await().ignoreExceptions().untilAsserted(() -> assertEverythingWorks("after"));
			reporter.publishEntry("a cluster", attempts.toString());
			assertThat(attempts.perSecond()).as("attempts of an instance in a second").isLessThan(80);
			assertLoggedOnce(output.getAll().substring(before));
			assertThat(output).doesNotContain("READONLY");
			stop();
		}
	}

	/**
	 * Each instance logs the loss and its end, and nothing else. Nodes of a cluster are
	 * lost one after the other: an instance that sends a command meanwhile logs that too.
	 */
	private void assertLoggedOnce(String output) {
		Map<String, Long> lines = output.lines()
			.filter((line) -> line.contains("kvevents") && (line.contains(" WARN ") || line.contains(" INFO ")))
			.filter((line) -> !line.contains("notify-keyspace-events"))
			.collect(Collectors.groupingBy(ReconnectTests::known, TreeMap::new, Collectors.counting()));
		long instances = this.instances.size();
		long partly = lines.getOrDefault(NODES_LOST, 0L);
		assertThat(partly).as("instances that logged a part of the loss").isBetween(0L, instances);
		Map<String, Long> expected = new TreeMap<>(Map.of(LOST, instances, BACK, instances));
		if (partly > 0) {
			expected.putAll(Map.of(NODES_LOST, partly, SLOTS_BACK, partly));
		}
		assertThat(lines).isEqualTo(expected);
	}

	private static String known(String line) {
		return Stream.of(LOST, BACK, NODES_LOST, SLOTS_BACK).filter(line::contains).findFirst().orElse(line);
	}

	@AfterEach
	void stop() {
		this.instances.forEach(ConfigurableApplicationContext::close);
	}

	/**
	 * Lets servers refuse all connections for a while.
	 */
	private Attempts refuse(List<TestRedis> killed) {
		List<RefusingServer> servers = killed.stream().map(RefusingServer::new).toList();
		long begun = System.nanoTime();
		await().pollDelay(AWAY).until(() -> true);
		servers.forEach(RefusingServer::close);
		List<Long> attempts = servers.stream()
			.flatMap((server) -> server.attempts().stream())
			.filter((at) -> at - begun > SETTLED.toNanos() && at - begun < AWAY.toNanos())
			.sorted()
			.toList();
		return new Attempts(attempts, this.instances.size());
	}

	private void start(int count, TestRedis redis, String... properties) {
		for (int number = 0; number < count; number++) {
			this.instances.add(RedisApplication.of(Application.class, redis)
				.with("kv.events.namespace=reconnecting", "kv.events.log.enabled=true", "spring.data.redis.timeout=2s")
				.with(properties)
				.run());
		}
	}

	private static long connections(TestRedis redis) {
		return Long.parseLong(redis.info("clients").getProperty("connected_clients"));
	}

	private void assertEverythingWorks(String round) {
		for (int number = 0; number < this.instances.size(); number++) {
			KvTemplate template = this.instances.get(number).getBean(KvTemplate.class);
			List<String> keys = keys(round + ":" + number);
			keys.forEach((key) -> template.set(key, "x", Duration.ofMillis(30)));
			StringRedisTemplate foreign = this.instances.get(number).getBean(StringRedisTemplate.class);
			keys.forEach((key) -> foreign.opsForValue().set("foreign:" + key, "x", Duration.ofMillis(30)));
			await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				assertThat(all(Seen::expired)).containsAll(keys)
					.containsAll(keys.stream().map((key) -> "foreign:" + key).toList());
				assertThat(all(Seen::handled)).containsAll(keys);
				this.instances.forEach((each) -> assertThat(each.getBean(Seen.class).everywhere).containsAll(keys));
			});
		}
	}

	private static List<String> keys(String prefix) {
		return IntStream.range(0, 20).mapToObj((number) -> prefix + ":" + number).toList();
	}

	private List<String> all(Function<Seen, Queue<String>> queue) {
		return this.instances.stream()
			.flatMap((instance) -> queue.apply(instance.getBean(Seen.class)).stream())
			.toList();
	}

	/**
	 * When instances attempted to connect, in nanoseconds.
	 */
	private record Attempts(List<Long> at, int instances) {

		private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(50);

		/** How many an instance made in a second. */
		double perSecond() {
			return at().size() / (double) AWAY.minus(SETTLED).toSeconds() / this.instances;
		}

		/** How many there were within a short time at most. */
		int atOnce() {
			int most = 0;
			for (int first = 0, last = 0; last < this.at.size(); last++) {
				while (this.at.get(last) - this.at.get(first) > WINDOW) {
					first++;
				}
				most = Math.max(most, last - first + 1);
			}
			return most;
		}

		@Override
		public String toString() {
			return "%.1f attempts a second of each of %d instances, at most %d of all within 50 ms"
				.formatted(perSecond(), this.instances, atOnce());
		}

	}

	static class Seen {

		private final Queue<String> expired = new ConcurrentLinkedQueue<>();

		private final Queue<String> everywhere = new ConcurrentLinkedQueue<>();

		private final Queue<String> handled = new ConcurrentLinkedQueue<>();

		Queue<String> expired() {
			return this.expired;
		}

		Queue<String> handled() {
			return this.handled;
		}

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event.getKey());
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(KvEvent event) {
			this.everywhere.add(event.getKey());
		}

		@KvListener(id = "audit")
		void handle(KvEvent event) {
			this.handled.add(event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Seen seen() {
			return new Seen();
		}

	}

}
