package io.github.kvevents.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What users of other projects met in a Redis Cluster whose nodes are all there. Where
 * nodes are away: {@link ClusterFaultTests}, {@link ReconnectTests}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class ClusterCaseTests {

	private static final String FLAGS = "notify-keyspace-events";

	/** For how long a node refuses at least. */
	private static final long REFUSING_MILLIS = 300;

	private final TestCluster cluster = TestCluster.start(3);

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Namespace namespace;

	private Seen seen;

	@BeforeAll
	void start() {
		this.context = run("cases", Logged.class, "kv.events.log.enabled=true",
				"kv.events.expiry.notifications.mode=off");
		this.template = this.context.getBean(KvTemplate.class);
		this.namespace = this.context.getBean(Namespace.class);
		this.seen = this.context.getBean(Seen.class);
		await().until(() -> this.context.getBean(KvListenerRegistry.class)
			.find("audit")
			.orElseThrow()
			.getStats()
			.partitions() == 16);
	}

	@AfterAll
	void stop() {
		this.context.close();
		this.cluster.close();
	}

	/**
	 * TRYAGAIN, for MGET too: redis#9526, redis#7116, ioredis#204.
	 */
	@Test
	void readsAndWritesOfManyKeysWaitWhileTheirSlotIsMoved() {
		int partition = 7;
		List<String> keys = keysOf(partition, 40);
		this.template.batchSet(keys.stream().collect(Collectors.toMap((key) -> key, (key) -> "before")));
		String log = this.namespace.log(partition);
		int slot = SlotHash.getSlot(log);
		TestRedis from = this.cluster.primaryOf(log);
		TestRedis to = this.cluster.primaries().get(0);
		long refused = errors(from, "TRYAGAIN");
		this.cluster.beginMove(slot, from, to);
		this.cluster.migrate(keys.subList(0, 20).stream().map(this::nameOf).toList(), from, to);
		CompletableFuture<Void> rest = onceRefused(from, "TRYAGAIN", () -> this.cluster.moveSlot(slot, from, to));
		assertThat(this.template.batchGet(keys, String.class)).hasSize(40).containsValue("before");
		rest.join();
		assertThat(errors(from, "TRYAGAIN")).as("reads that were refused").isGreaterThan(refused);
		refused = errors(to, "TRYAGAIN");
		this.cluster.beginMove(slot, to, from);
		this.cluster.migrate(keys.subList(0, 20).stream().map(this::nameOf).toList(), to, from);
		rest = onceRefused(to, "TRYAGAIN", () -> this.cluster.moveSlot(slot, to, from));
		this.template.batchSet(keys.stream().collect(Collectors.toMap((key) -> key, (key) -> "after")));
		rest.join();
		assertThat(this.template.batchGet(keys, String.class)).hasSize(40).containsValue("after");
		assertThat(errors(to, "TRYAGAIN")).as("writes that were refused").isGreaterThan(refused);
	}

	/**
	 * CLUSTERDOWN, for MGET too: redisson#612, redis#9526.
	 */
	@Test
	void readsAndWritesWaitWhileNobodyServesTheirSlot() {
		List<String> keys = keysOf(3, 5);
		String log = this.namespace.log(3);
		String slot = String.valueOf(SlotHash.getSlot(log));
		TestRedis node = this.cluster.primaryOf(log);
		long refused = errors(node, "CLUSTERDOWN");
		node.execute("CLUSTER", "DELSLOTS", slot);
		CompletableFuture<Void> served = onceRefused(node, "CLUSTERDOWN",
				() -> node.execute("CLUSTER", "ADDSLOTS", slot));
		this.template.set(keys.get(0), "written");
		served.join();
		assertThat(errors(node, "CLUSTERDOWN")).isGreaterThan(refused);
		node.execute("CLUSTER", "DELSLOTS", slot);
		served = onceRefused(node, "CLUSTERDOWN", () -> node.execute("CLUSTER", "ADDSLOTS", slot));
		assertThat(this.template.batchGet(keys, String.class)).containsEntry(keys.get(0), "written");
		served.join();
	}

	/**
	 * Two nodes that each say that the other one serves a slot: redisson#612.
	 */
	@Test
	void nodesThatMovedASlotToEachOtherAreAskedUntilOneServesIt() {
		byte[] key = "moved:in:circles".getBytes(StandardCharsets.UTF_8);
		String slot = String.valueOf(SlotHash.getSlot(key));
		TestRedis owner = this.cluster.primaryOf("moved:in:circles");
		TestRedis other = this.cluster.primaries().stream().filter((node) -> node != owner).findFirst().orElseThrow();
		try (RedisConnection connection = this.context.getBean(RedisLink.class).connectionFactory().getConnection()) {
			assertThat(connection.stringCommands().get(key)).isNull();
			long refused = errors(owner, "MOVED");
			owner.execute("CLUSTER", "SETSLOT", slot, "NODE", TestCluster.id(other));
			CompletableFuture<Void> moved = onceRefused(owner, "MOVED",
					() -> owner.execute("CLUSTER", "SETSLOT", slot, "NODE", TestCluster.id(owner)));
			assertThat(connection.stringCommands().set(key, key)).isTrue();
			moved.join();
			assertThat(errors(owner, "MOVED")).isGreaterThan(refused);
			assertThat(owner.execute("GET", "moved:in:circles")).isEqualTo(key);
		}
	}

	/**
	 * What an operator has set stays: spring-data-redis#2987.
	 */
	@Test
	void flagsAreAddedToThoseOfEachPrimary() {
		List<String> before = List.of("Kg$", "", "AK");
		List<String> after = List.of("gxKE$", "xE", "AKE");
		setFlags(before);
		try (ConfigurableApplicationContext configuring = run("flags", Seen.class,
				"kv.events.expiry.notifications.mode=configure")) {
			await().untilAsserted(() -> assertThat(flags()).isEqualTo(sorted(after)));
			assertThat(configuring.isRunning()).isTrue();
		}
		finally {
			setFlags(List.of("", "", ""));
		}
	}

	/**
	 * Without any notification, and without hooks having seen what another client did:
	 * spring-session#2230.
	 */
	@Test
	void indexIsCleanedUpWithoutNotifications() {
		assertThat(flags()).containsOnly("");
		int partition = 11;
		List<String> keys = keysOf(partition, 30);
		Map<String, String> values = keys.stream().collect(Collectors.toMap((key) -> key, (key) -> "v"));
		this.template.batchSet(values, SetOptions.defaults().timeToLive(Duration.ofMinutes(9)));
		TestRedis node = this.cluster.primaryOf(this.namespace.log(partition));
		assertThat(node.execute("ZCARD", this.namespace.deadlines(partition))).isEqualTo(30L);
		keys.subList(0, 10).forEach((key) -> node.execute("DEL", nameOf(key)));
		keys.subList(10, 20).forEach((key) -> node.execute("SET", nameOf(key), "without a time to live"));
		// the deadline of all passes behind that, however slow this machine is
		keys.subList(20, 30).forEach((key) -> node.execute("PEXPIRE", nameOf(key), "0"));
		String now = String.valueOf(System.currentTimeMillis());
		keys.forEach((key) -> node.execute("ZADD", this.namespace.deadlines(partition), "XX", now, nameOf(key)));
		await().untilAsserted(() -> {
			assertThat(node.template()
				.countExistingKeys(List.of(this.namespace.deadlines(partition), this.namespace.values(partition))))
				.isZero();
			assertThat(this.seen.expired).extracting(KvEvent::getKey).containsAll(keys.subList(20, 30));
		});
		assertThat(this.seen.expired).filteredOn((event) -> keys.contains(event.getKey()))
			.allMatch((event) -> event.getDetectedBy() == KvExpirySource.TRACKING)
			.extracting(KvEvent::getKey)
			.doesNotHaveDuplicates()
			.doesNotContainAnyElementsOf(keys.subList(10, 20));
	}

	/**
	 * In no command and no script is there a key that was not declared, or one of another
	 * slot, and nothing without a key goes to a node as if it had one:
	 * spring-integration#10546, valkey#2190.
	 */
	@Test
	void scriptsDeclareAllTheirKeys() throws Exception {
		List<ScriptMonitor> monitors = new ArrayList<>();
		try {
			for (TestRedis node : this.cluster.primaries()) {
				monitors.add(new ScriptMonitor(node.getPort()));
			}
			useEverything();
			for (ScriptMonitor monitor : monitors) {
				monitor.awaitQuiet();
				assertThat(monitor.scripts()).as("scripts with keys").isGreaterThan(20);
				assertThat(monitor.failures()).isEmpty();
				assertThat(monitor.withoutKeys()).isSubsetOf("PING", "INFO", "SCAN", "CLUSTER", "HELLO", "CLIENT",
						"READONLY", "TIME", "CONFIG", "COMMAND", "MONITOR", "MIGRATE");
			}
		}
		finally {
			for (ScriptMonitor monitor : monitors) {
				monitor.close();
			}
		}
	}

	private void useEverything() throws Exception {
		List<String> keys = IntStream.range(0, 100).mapToObj((number) -> "all:" + number).toList();
		Map<String, String> values = new HashMap<>();
		keys.forEach((key) -> values.put(key, "v"));
		KvEventLog log = this.context.getBean(KvEventLogs.class).open("cases", EventLogOptions.defaults());
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("all:").initialReplay())) {
			this.template.batchSet(values);
			for (String key : keys) {
				this.template.set(key, "w", Duration.ofMinutes(1));
				this.template.expire(key, Duration.ofMillis(400));
				this.template.persist(key);
				this.template.update(key, String.class, (value) -> value + "!");
				this.template.compareAndSet(key, "w!", "x");
				this.template.getTimeToLive(key);
				this.template.set(key, "y", Duration.ofMillis(20));
				log.add(Map.of("key", key));
			}
			await().until(() -> this.seen.expired.stream().map(KvEvent::getKey).toList().containsAll(keys));
			this.template.batchSet(values);
			this.template.delete(keys.get(0));
			this.template.batchDelete(keys);
			assertThat(this.template.keys("all:")).isEmpty();
			assertThat(watch.poll(Duration.ofSeconds(30))).isNotNull();
			assertThat(log.tail(10)).hasSize(10);
		}
	}

	/**
	 * Each primary has a third of the partitions: bull#1499.
	 */
	@Test
	void partitionsAreSpreadEvenlyOverTheNodes() {
		Map<TestRedis, Long> shares = IntStream.range(0, 16)
			.mapToObj((partition) -> this.cluster.primaryOf(this.namespace.log(partition)))
			.collect(Collectors.groupingBy((node) -> node, Collectors.counting()));
		assertThat(shares.values()).containsExactlyInAnyOrder(5L, 5L, 6L);
		for (int partition = 0; partition < 16; partition++) {
			this.template.set(keysOf(partition, 1).get(0), "v");
			TestRedis node = this.cluster.primaryOf(this.namespace.log(partition));
			assertThat(node.template().hasKey(this.namespace.log(partition))).isTrue();
		}
	}

	/**
	 * In a cluster expiries are awaited with XREAD, together with the change log.
	 */
	@Test
	void missingRightToWaitIsNamed(CapturedOutput output) throws IOException {
		this.cluster.primaries()
			.forEach((node) -> node.execute("ACL", "SETUSER", "waits-not", "on", ">secret", "~*", "&*", "+@all",
					"-xread"));
		try (ConfigurableApplicationContext refused = run("rights", Seen.class, "spring.data.redis.username=waits-not",
				"spring.data.redis.password=secret", "kv.events.expiry.notifications.mode=off")) {
			assertThat(refused.isRunning()).isTrue();
			assertThat(output).contains("Deliveries of this application will fail").contains("'+xread'");
		}
	}

	/**
	 * Ends what a node refuses after a while, and not before it has refused something:
	 * the command may be sent late.
	 */
	private static CompletableFuture<Void> onceRefused(TestRedis node, String code, Runnable end) {
		long before = errors(node, code);
		return CompletableFuture.runAsync(() -> {
			await().until(() -> errors(node, code) > before);
			end.run();
		}, CompletableFuture.delayedExecutor(REFUSING_MILLIS, TimeUnit.MILLISECONDS));
	}

	private List<String> keysOf(int partition, int count) {
		return IntStream.range(0, 100_000)
			.mapToObj((number) -> "key:" + number)
			.filter((key) -> this.namespace.partitionOf(key) == partition)
			.limit(count)
			.toList();
	}

	private String nameOf(String key) {
		return "{" + this.namespace.tag(this.namespace.partitionOf(key)) + "}" + key;
	}

	private static long errors(TestRedis node, String code) {
		return Long.parseLong(node.info("errorstats").getProperty("errorstat_" + code, "count=0").substring(6));
	}

	private void setFlags(List<String> flags) {
		for (int number = 0; number < 3; number++) {
			this.cluster.primaries().get(number).execute("CONFIG", "SET", FLAGS, flags.get(number));
		}
	}

	private List<String> flags() {
		return sorted(this.cluster.primaries()
			.stream()
			.map((node) -> node.template()
				.execute((RedisCallback<String>) (
						connection) -> connection.serverCommands().getConfig(FLAGS).getProperty(FLAGS, "")))
			.toList());
	}

	/**
	 * With the letters of each in their order.
	 */
	private static List<String> sorted(List<String> flags) {
		return flags.stream()
			.map((letters) -> letters.chars()
				.sorted()
				.mapToObj((letter) -> String.valueOf((char) letter))
				.collect(Collectors.joining()))
			.toList();
	}

	private ConfigurableApplicationContext run(String namespace, Class<?> beans, String... properties) {
		return RedisApplication.of(beans, this.cluster.primaries().get(0))
			.with("spring.data.redis.cluster.nodes=" + this.cluster.addresses(), "spring.data.redis.timeout=10s",
					"kv.events.namespace=" + namespace)
			.with(properties)
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Seen {

		private final Queue<KvExpiredEvent> expired = new ConcurrentLinkedQueue<>();

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event);
		}

	}

	static class Logged extends Seen {

		@Bean
		Audit audit() {
			return new Audit();
		}

	}

	static class Audit {

		@KvListener(id = "audit")
		void handle(KvEvent event) {
		}

	}

}
