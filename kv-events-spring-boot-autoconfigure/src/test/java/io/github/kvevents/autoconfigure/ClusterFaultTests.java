package io.github.kvevents.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application on a real Redis Cluster with replicas, while nodes fail over, die,
 * freeze and hand slots to each other.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClusterFaultTests {

	private static final Duration NODE_TIMEOUT = Duration.ofSeconds(4);

	private static final int TRACKED = 10_000;

	private static final int SLOTS = FaultScale.of(250, 1000);

	private final TestCluster cluster = TestCluster.startWithReplicas(3, "cluster-node-timeout",
			String.valueOf(NODE_TIMEOUT.toMillis()));

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Seen seen;

	private TestReporter reporter;

	private final AtomicInteger rounds = new AtomicInteger();

	@BeforeEach
	void start(TestReporter reporter) {
		this.reporter = reporter;
		this.context = RedisApplication.of(Application.class, this.cluster.primaries().get(0))
			.with("spring.data.redis.cluster.nodes=" + this.cluster.addresses(), "spring.data.redis.timeout=6s",
					"kv.events.namespace=faults", "kv.events.log.enabled=true",
					"kv.events.expiry.notifications.mode=configure")
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.seen = this.context.getBean(Seen.class);
		await().until(() -> this.context.getBean(KvListenerRegistry.class)
			.find("audit")
			.orElseThrow()
			.getStats()
			.partitions() == 16);
	}

	@AfterEach
	void stop() {
		this.context.close();
		this.cluster.close();
	}

	/**
	 * Due keys continue after a fail-over: redisson#2553.
	 */
	@Test
	void plannedFailOverFailsNoCallAndLosesNothing() {
		WriteLoad load = load();
		load.awaitWrites(300);
		this.cluster.failOver(this.cluster.replicas().get(0));
		load.awaitWrites(600);
		this.cluster.failOver(this.cluster.replicas().get(1));
		load.awaitWrites(900);
		stop(load);
		assertThat(load.failures()).isEmpty();
		assertEverythingArrived(load);
		assertNotificationsOfEveryPrimary((key) -> true);
		assertOneSubscriptionOnEachPrimary(this.cluster.nodes());
	}

	/**
	 * TRYAGAIN, MOVED and ASK while slots move, for reads of many keys too: redis#9526,
	 * redis#7116, redisson#612, ioredis#204. Due keys continue after a reshard:
	 * redisson#2553. A script declares all its keys: spring-integration#10546. A new
	 * primary is subscribed after a reshard: redisson#4214.
	 */
	@Test
	void movingSlotsToANewPrimaryFailsNoCallDelaysNoneForLongAndLosesNothing() {
		TestRedis source = this.cluster.primaries().get(0);
		TestRedis target = this.cluster.addPrimary();
		Set<Integer> slots = slotsToMove(source);
		Namespace namespace = this.context.getBean(Namespace.class);
		String staying = elsewhere(source, "staying:");
		List<String> tracked = track(Duration.ofSeconds(3), Duration.ofSeconds(12));
		WriteLoad load = load();
		// what the machine delays by itself
		WriteLoad beside = new WriteLoad((number) -> {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
			this.template.set(staying, "write " + number);
		});
		load.awaitWrites(200);
		long begun = System.nanoTime();
		slots.forEach((slot) -> this.cluster.moveSlot(slot, source, target));
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
		load.awaitFurtherWrites(200);
		stop(load);
		beside.stop();
		this.reporter.publishEntry("reshard",
				SLOTS + " slots in " + millis + " ms, the longest call beside " + beside.longestMillis() + " ms");
		assertThat(load.failures()).isEmpty();
		assertThat(beside.failures()).isEmpty();
		assertThat(load.longestMillis()).as("the longest call").isLessThanOrEqualTo(1000 + beside.longestMillis());
		assertThat(slots).contains(SlotHash.getSlot(namespace.log(0)));
		assertTracked(tracked);
		assertEverythingArrived(load);
		assertNotificationsOfEveryPrimary((key) -> slots.contains(SlotHash.getSlot(key)));
		assertNotificationsOfEveryPrimary((key) -> true);
		assertOneSubscriptionOnEachPrimary(this.cluster.nodes());
	}

	/**
	 * What a killed primary had acknowledged and its replica has isn't lost. The
	 * partitions of the other nodes are served all the time. A new primary is subscribed,
	 * and the attempts that failed before leave nothing: lettuce#2356, redisson#4214,
	 * spring-data-redis#3307. Readers survive: spring-data-redis#2833.
	 */
	@Test
	void killedPrimaryDelaysOnlyItsOwnKeysAndListenersResumeSoon(CapturedOutput output) {
		TestRedis dead = this.cluster.primaries().get(0);
		TestRedis heir = this.cluster.replicas().get(0);
		List<String> tracked = track(Duration.ofSeconds(3), Duration.ofSeconds(12));
		this.cluster.awaitReplicated();
		WriteLoad load = load();
		load.awaitWrites(100);
		int before = output.getAll().length();
		long killed = System.nanoTime();
		dead.kill();
		String elsewhere = elsewhere(dead, "load:elsewhere:");
		for (int write = 0; write < 50; write++) {
			this.template.set(elsewhere, "write " + write);
		}
		this.template.expire(elsewhere, Duration.ofMillis(50));
		await().untilAsserted(() -> {
			assertThat(this.seen.handledAt).containsKey(elsewhere);
			assertThat(this.seen.expired).extracting(KvEvent::getKey).contains(elsewhere);
		});
		assertThat(heir.info("replication").getProperty("role")).as("all this before the fail-over").isEqualTo("slave");
		assertListenersResume(dead, killed);
		this.cluster.awaitPrimary(heir);
		load.awaitFurtherWrites(200);
		stop(load);
		assertTracked(tracked);
		assertEverythingArrived(load);
		assertNotificationsOfEveryPrimary((key) -> true);
		assertOneSubscriptionOnEachPrimary(this.cluster.nodes().stream().filter((node) -> node != dead).toList());
		await().until(() -> output.getAll().contains("All slots of the Redis Cluster are served again"));
		assertThat(output.getAll().substring(before).lines())
			.filteredOn((line) -> line.matches(".* WARN .*(io\\.github|i\\.g)\\.k.*"))
			.as("whatever number of loops it concerns")
			.singleElement()
			.asString()
			.contains("Nodes of the Redis Cluster can't be reached for now (127.0.0.1:" + dead.getPort() + ")");
	}

	/**
	 * In each partition of the primary that died.
	 */
	private void assertListenersResume(TestRedis dead, long killed) {
		List<String> probes = new ArrayList<>();
		for (String key : keysOfPartitions(dead)) {
			await().ignoreExceptions().until(() -> {
				this.template.set(key, "x");
				return true;
			});
			probes.add(key);
		}
		await().until(() -> this.seen.handledAt.keySet().containsAll(probes));
		long resumed = probes.stream().mapToLong(this.seen.handledAt::get).max().orElseThrow();
		Duration took = Duration.ofNanos(resumed - killed);
		this.reporter.publishEntry("listeners resume", "in " + probes.size() + " partitions after " + took.toMillis()
				+ " ms, the node time-out is " + NODE_TIMEOUT.toMillis() + " ms");
		assertThat(took).isLessThanOrEqualTo(NODE_TIMEOUT.multipliedBy(3));
	}

	/**
	 * A node that is stopped sends neither FIN nor RST: lettuce#1976, lettuce#2082.
	 */
	@Test
	void frozenPrimaryIsReplaced() {
		TestRedis frozen = this.cluster.primaries().get(1);
		WriteLoad load = load();
		load.awaitWrites(100);
		this.cluster.awaitReplicated();
		frozen.freeze();
		try {
			this.cluster.awaitPrimary(this.cluster.replicas().get(1));
			load.awaitWrites(300);
			stop(load);
			assertEverythingArrived(load);
			assertNotificationsOfEveryPrimary((key) -> true);
		}
		finally {
			frozen.thaw();
		}
		assertOneSubscriptionOnEachPrimary(this.cluster.nodes());
	}

	/**
	 * Writes keys that expire from one time to another.
	 */
	private List<String> track(Duration first, Duration last) {
		int batches = 20;
		List<String> keys = new ArrayList<>();
		for (int batch = 0; batch < batches; batch++) {
			Map<String, String> values = new HashMap<>();
			for (int number = 0; number < TRACKED / batches; number++) {
				values.put("tracked:" + batch + ":" + number, "x");
			}
			this.template.batchSet(values, SetOptions.defaults()
				.timeToLive(first.plus(last.minus(first).multipliedBy(batch).dividedBy(batches))));
			keys.addAll(values.keySet());
		}
		return keys;
	}

	/**
	 * Each of them expired once, and none early.
	 */
	private void assertTracked(List<String> keys) {
		await().until(() -> this.seen.tracked.size() >= TRACKED);
		assertThat(this.seen.tracked.keySet()).isEqualTo(new HashSet<>(keys));
		assertThat(this.seen.tracked).allSatisfy((key, times) -> assertThat(times).hasValue(1));
		assertNoneEarly();
	}

	/**
	 * The slots of all partitions of a primary, and others of it.
	 */
	private Set<Integer> slotsToMove(TestRedis source) {
		Namespace namespace = this.context.getBean(Namespace.class);
		Set<Integer> slots = new LinkedHashSet<>();
		int last = SlotHash.SLOT_COUNT / this.cluster.primaries().size() - 1;
		for (int slot = 0; slots.size() < SLOTS - namespace.partitions(); slot++) {
			slots.add(last - slot);
		}
		IntStream.range(0, namespace.partitions())
			.filter((partition) -> this.cluster.primaryOf(namespace.log(partition)) == source)
			.forEach((partition) -> slots.add(SlotHash.getSlot(namespace.log(partition))));
		for (int slot = 0; slots.size() < SLOTS; slot++) {
			slots.add(slot);
		}
		return slots;
	}

	/**
	 * A key of a partition that another primary serves.
	 */
	private String elsewhere(TestRedis node, String prefix) {
		Namespace namespace = this.context.getBean(Namespace.class);
		return IntStream.range(0, 1000)
			.mapToObj((number) -> prefix + number)
			.filter((key) -> this.cluster.primaryOf(namespace.log(namespace.partitionOf(key))) != node)
			.findFirst()
			.orElseThrow();
	}

	/**
	 * A key of each partition that a primary serves.
	 */
	private Collection<String> keysOfPartitions(TestRedis node) {
		Namespace namespace = this.context.getBean(Namespace.class);
		Map<Integer, String> keys = new TreeMap<>();
		for (int number = 0; number < 1000; number++) {
			String key = "load:probe:" + number;
			int partition = namespace.partitionOf(key);
			if (this.cluster.primaryOf(namespace.log(partition)) == node) {
				keys.put(partition, key);
			}
		}
		assertThat(keys).hasSizeGreaterThan(4);
		return keys.values();
	}

	private void assertEverythingArrived(WriteLoad load) {
		await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			assertThat(this.seen.expired).extracting(KvEvent::getKey)
				.filteredOn((key) -> key.startsWith("load:"))
				.containsAll(load.acknowledged())
				.doesNotHaveDuplicates();
			assertThat(this.seen.handled).extracting(KvEvent::getKey).containsAll(load.acknowledged());
		});
		assertNoneEarly();
	}

	private void assertNoneEarly() {
		assertThat(this.seen.expired).filteredOn((event) -> event.getDetectedBy() == KvExpirySource.TRACKING)
			.allSatisfy((event) -> assertThat(event.getLateness()).isGreaterThanOrEqualTo(Duration.ZERO));
	}

	/**
	 * The expiries of keys that another client wrote arrive, each once.
	 */
	private void assertNotificationsOfEveryPrimary(Predicate<String> selected) {
		ExpiryNotificationBridge bridge = this.context.getBean(ExpiryNotificationBridge.class);
		StringRedisTemplate foreign = this.context.getBean(StringRedisTemplate.class);
		await().atMost(Duration.ofSeconds(60))
			.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
					&& bridge.getStatus().missingFlags().isEmpty());
		await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
			String prefix = "foreign:" + this.rounds.incrementAndGet() + ":";
			List<String> keys = IntStream.range(0, 100_000)
				.mapToObj((number) -> prefix + number)
				.filter(selected)
				.limit(60)
				.toList();
			keys.forEach((key) -> foreign.opsForValue().set(key, "x", Duration.ofMillis(20)));
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(this.seen.expired).extracting(KvEvent::getKey)
					.filteredOn((key) -> key.startsWith(prefix))
					.containsExactlyInAnyOrderElementsOf(keys));
		});
	}

	/**
	 * No attempt that failed has left a second one.
	 */
	private static void assertOneSubscriptionOnEachPrimary(List<TestRedis> nodes) {
		await().untilAsserted(() -> {
			for (TestRedis node : nodes) {
				boolean serves = text(node.execute("CLUSTER", "NODES")).lines()
					.filter((line) -> line.contains("myself"))
					.anyMatch((line) -> line.contains("master") && line.split(" ").length > 8);
				long subscriptions = text(node.execute("CLIENT", "LIST", "TYPE", "pubsub")).lines()
					.filter((line) -> line.contains(" sub=1 "))
					.count();
				assertThat(subscriptions).as("of port %d, which %s slots", node.getPort(), serves ? "has" : "has no")
					.isEqualTo(serves ? 1 : 0);
			}
		});
	}

	private static String text(Object reply) {
		return (reply instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
	}

	/**
	 * Starts to write keys with a time to live, and to read many at once.
	 */
	private WriteLoad load() {
		return new WriteLoad((number) -> {
			String key = WriteLoad.key(number);
			this.template.set(key, "value of " + key, Duration.ofMillis(1500));
			if (number % 50 == 0) {
				List<String> keys = IntStream.range(number - 40, number).mapToObj(WriteLoad::key).toList();
				this.template.batchGet(keys, String.class);
			}
		});
	}

	private void stop(WriteLoad load) {
		load.stop();
		this.reporter.publishEntry("load", load.toString());
	}

	static class Seen {

		private final Queue<KvExpiredEvent> expired = new ConcurrentLinkedQueue<>();

		private final Queue<KvEvent> handled = new ConcurrentLinkedQueue<>();

		private final Map<String, Long> handledAt = new ConcurrentHashMap<>();

		/** How often each key expired. */
		private final Map<String, AtomicInteger> tracked = new ConcurrentHashMap<>();

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event);
			if (event.getKey().startsWith("tracked:")) {
				this.tracked.computeIfAbsent(event.getKey(), (key) -> new AtomicInteger()).incrementAndGet();
			}
		}

		@KvListener(id = "audit", prefix = "load:")
		void handle(KvEvent event) {
			this.handled.add(event);
			this.handledAt.putIfAbsent(event.getKey(), System.nanoTime());
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
