package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
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
class ClusterFaultTests {

	private static final String[] SETTINGS = { "cluster-node-timeout", "2000" };

	private final TestCluster cluster = TestCluster.startWithReplicas(3, SETTINGS);

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Seen seen;

	private TestReporter reporter;

	@BeforeEach
	void start(TestReporter reporter) {
		this.reporter = reporter;
		this.context = RedisApplication.of(Application.class, this.cluster.primaries().get(0))
			.with("spring.data.redis.cluster.nodes=" + this.cluster.addresses(), "spring.data.redis.timeout=8s",
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
	}

	/**
	 * TRYAGAIN, MOVED and ASK while slots move, for reads of many keys too: redis#9526,
	 * redis#7116, redisson#612, ioredis#204. Due keys continue after a reshard:
	 * redisson#2553. A script declares all its keys: spring-integration#10546.
	 */
	@Test
	void movingSlotsFailsNoCallAndLosesNothing() {
		WriteLoad load = load();
		Namespace namespace = this.context.getBean(Namespace.class);
		load.awaitWrites(400);
		int moved = 0;
		for (int partition = 0; partition < 5; partition++) {
			int slot = SlotHash.getSlot(namespace.log(partition));
			this.cluster.moveSlot(slot, this.cluster.primaryOf(namespace.log(partition)),
					this.cluster.primaries().get(2));
			moved++;
			load.awaitWrites(400 + 100 * moved);
		}
		stop(load);
		assertThat(load.failures()).isEmpty();
		assertEverythingArrived(load);
	}

	/**
	 * What a killed primary had acknowledged and its replica has isn't lost. The
	 * partitions of the other nodes are served all the time. A new primary is subscribed:
	 * lettuce#2356, redisson#4214. Readers survive: spring-data-redis#2833.
	 */
	@Test
	void killedPrimaryDelaysOnlyItsOwnKeys() {
		TestRedis dead = this.cluster.primaries().get(0);
		TestRedis heir = this.cluster.replicas().get(0);
		Map<String, String> before = new HashMap<>();
		IntStream.range(0, 300).forEach((number) -> before.put("before:" + number, "x"));
		before.forEach((key, value) -> this.template.set(key, value, Duration.ofSeconds(3)));
		this.cluster.awaitReplicated();
		WriteLoad load = load();
		load.awaitWrites(100);
		dead.kill();
		Namespace namespace = this.context.getBean(Namespace.class);
		String elsewhere = IntStream.range(0, 1000)
			.mapToObj((number) -> "elsewhere:" + number)
			.filter((key) -> this.cluster.primaryOf(namespace.log(namespace.partitionOf(key))) != dead)
			.findFirst()
			.orElseThrow();
		for (int write = 0; write < 50; write++) {
			this.template.set(elsewhere, "write " + write);
		}
		assertThat(heir.info("replication").getProperty("role")).as("all this before the fail-over").isEqualTo("slave");
		this.cluster.awaitPrimary(heir);
		load.awaitWrites(300);
		stop(load);
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(this.seen.expired).extracting(KvEvent::getKey)
				.filteredOn((key) -> key.startsWith("before:"))
				.containsExactlyInAnyOrderElementsOf(before.keySet()));
		assertNoneEarly();
		assertEverythingArrived(load);
		assertNotificationsOfEveryPrimary();
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
		}
		finally {
			frozen.thaw();
		}
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

	private void assertNotificationsOfEveryPrimary() {
		ExpiryNotificationBridge bridge = this.context.getBean(ExpiryNotificationBridge.class);
		StringRedisTemplate foreign = this.context.getBean(StringRedisTemplate.class);
		await().atMost(Duration.ofSeconds(60))
			.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
					&& bridge.getStatus().missingFlags().isEmpty());
		AtomicLong round = new AtomicLong();
		await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
			String prefix = "foreign:" + round.incrementAndGet() + ":";
			List<String> keys = IntStream.range(0, 60).mapToObj((number) -> prefix + number).toList();
			keys.forEach((key) -> foreign.opsForValue().set(key, "x", Duration.ofMillis(20)));
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(this.seen.expired).extracting(KvEvent::getKey)
					.filteredOn((key) -> key.startsWith(prefix))
					.containsExactlyInAnyOrderElementsOf(keys));
		});
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

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event);
		}

		@KvListener(id = "audit", prefix = "load:")
		void handle(KvEvent event) {
			this.handled.add(event);
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
