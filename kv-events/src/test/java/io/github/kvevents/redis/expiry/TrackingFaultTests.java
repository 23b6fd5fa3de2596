package io.github.kvevents.redis.expiry;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tracked expiries during crashes, races and other faults of the server.
 */
class TrackingFaultTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@Test
	void eachLifetimeExpiresOnceInRaces() {
		try (TestRedis redis = TestRedis.start();
				TrackedInstance one = instance(redis);
				TrackedInstance two = instance(redis)) {
			one.start();
			two.start();
			List<TrackedInstance> writers = List.of(one, two);
			Map<String, Integer> created = new HashMap<>();
			Map<String, Integer> endedOtherwise = new HashMap<>();
			ThreadLocalRandom random = ThreadLocalRandom.current();
			for (int step = 0; step < 20_000; step++) {
				String key = "k" + random.nextInt(300);
				KvTemplate template = writers.get(random.nextInt(2)).template;
				if (random.nextInt(4) > 0) {
					if (template.set(key, "v", Duration.ofMillis(1 + random.nextInt(40))) == KvSetResult.CREATED) {
						created.merge(key, 1, Integer::sum);
					}
				}
				else if (template.delete(key)) {
					endedOtherwise.merge(key, 1, Integer::sum);
				}
			}
			int expected = sum(created) - sum(endedOtherwise);
			await().atMost(PATIENCE).until(() -> one.expired().size() + two.expired().size() >= expected);
			Map<String, Integer> expired = new HashMap<>();
			List<String> all = new ArrayList<>(one.expired());
			all.addAll(two.expired());
			all.forEach((key) -> expired.merge(key, 1, Integer::sum));
			endedOtherwise.forEach((key, count) -> expired.merge(key, count, Integer::sum));
			assertThat(expired).isEqualTo(created);
		}
	}

	@Test
	void flushedScriptsHaveNoEffect() throws Exception {
		int rounds = FaultScale.of(500, 20_000);
		ExpiryTally tally = new ExpiryTally();
		ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor();
		ExecutorService writers = Executors.newFixedThreadPool(4);
		try (TestRedis redis = TestRedis.start();
				HookedInstance instance = new HookedInstance(redis.connectionFactory(), "one",
						TrackingSettings.defaults(), tally)) {
			ScheduledFuture<?> flushes = flusher.scheduleAtFixedRate(() -> redis.execute("SCRIPT", "FLUSH"), 0, 50,
					TimeUnit.MILLISECONDS);
			List<Callable<Void>> work = IntStream.range(0, 4)
				.mapToObj((writer) -> (Callable<Void>) () -> writeInEveryWay(instance.template, writer, rounds))
				.toList();
			for (Future<Void> written : writers.invokeAll(work)) {
				written.get();
			}
			await().atMost(PATIENCE).until(() -> tally.total() >= 4L * 2 * rounds);
			assertThat(tally.total()).isEqualTo(4L * 2 * rounds);
			assertThat(tally.keys()).isEqualTo(4 * 2 * rounds);
			assertThat(flushes.isDone()).as("flushing failed").isFalse();
			assertThat(tally.early()).isEmpty();
		}
		finally {
			flusher.shutdownNow();
			writers.shutdownNow();
		}
	}

	private static Void writeInEveryWay(KvTemplate template, int writer, int rounds) {
		for (int round = 0; round < rounds; round++) {
			String key = "k" + writer + ":" + round;
			template.set(key + ":set", "v", Duration.ofMillis(20));
			template.batchSet(Map.of(key + ":kept", "v", key + ":deleted", "v"));
			assertThat(template.expire(key + ":kept", Duration.ofMillis(30))).isTrue();
			assertThat(template.expire(key + ":deleted", Duration.ofMinutes(1))).isTrue();
			assertThat(template.compareAndSet(key + ":deleted", "v", "w")).isTrue();
			assertThat(template.persist(key + ":deleted")).isTrue();
			assertThat(template.batchDelete(List.of(key + ":deleted"))).isOne();
		}
		return null;
	}

	@Test
	void crashesOfAServerThatKeepsALogLoseNothing() {
		int keys = FaultScale.of(2000, 20_000);
		ExpiryTally tally = new ExpiryTally();
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");
				HookedInstance one = new HookedInstance(redis.connectionFactory(), "one",
						TrackingSettings.defaults().claimAfter(Duration.ofSeconds(1)), tally);
				HookedInstance two = new HookedInstance(redis.connectionFactory(), "two",
						TrackingSettings.defaults().claimAfter(Duration.ofSeconds(1)), tally)) {
			int group = keys / 100;
			for (int start = 0; start < keys; start += group) {
				HookedInstance writer = (start / group % 2 == 0) ? one : two;
				writer.template.batchSet(entries(start, start + group),
						SetOptions.defaults().timeToLive(Duration.ofMillis(300 + 20L * start / group)));
			}
			for (int crash = 1; crash <= 3; crash++) {
				int soMany = crash * keys / 5;
				await().atMost(PATIENCE).until(() -> tally.keys() >= soMany);
				redis.restart();
			}
			await().atMost(PATIENCE).until(() -> tally.keys() == keys);
			assertThat(tally.early()).isEmpty();
			// expiries in flight at a crash may be redelivered
			assertThat(tally.total()).isLessThanOrEqualTo(keys + 3 * 2 * TrackingSettings.defaults().maxInFlight());
		}
	}

	@Test
	void expiriesDuringAnOutageAreDeliveredAfterARestartFromASnapshot() {
		int keys = FaultScale.of(500, 5000);
		try (TestRedis redis = TestRedis.start(); TrackedInstance instance = instance(redis)) {
			instance.template.batchSet(entries(keys), SetOptions.defaults().timeToLive(Duration.ofMillis(400)));
			Instant written = Instant.now();
			redis.execute("SAVE");
			redis.kill();
			await().until(() -> Instant.now().isAfter(written.plusMillis(410)));
			redis.restart();
			instance.start();
			await().atMost(PATIENCE).until(() -> instance.expired().size() >= keys);
			assertThat(instance.expired()).hasSize(keys).doesNotHaveDuplicates();
			assertThat(instance.dispatcher.events()).extracting((event) -> event.getPreviousValue(String.class))
				.containsOnly("v");
		}
	}

	@Test
	void fullServerStillDeletesSweepsAndDelivers() {
		int keys = FaultScale.of(500, 5000);
		try (TestRedis redis = TestRedis.start("maxmemory-policy", "noeviction");
				TrackedInstance instance = instance(redis)) {
			instance.template.batchSet(entries(keys), SetOptions.defaults().timeToLive(Duration.ofMillis(600)));
			instance.template.set("deleted", "v", Duration.ofMinutes(5));
			redis.execute("CONFIG", "SET", "maxmemory", "1");
			instance.start();
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> instance.template.set("new", "v", Duration.ofMinutes(5)));
			assertThat(instance.template.hasKey("new")).isFalse();
			assertThat(instance.template.delete("deleted")).isTrue();
			redis.execute("CONFIG", "SET", "maxmemory", "0");
			instance.template.set("heard", "v", Duration.ofMillis(1));
			await().atMost(PATIENCE).until(() -> instance.expired().contains("heard"));
			redis.execute("CONFIG", "SET", "maxmemory", "1");
			await().atMost(PATIENCE).until(() -> instance.expired().size() >= keys + 1);
			await().until(() -> redis.execute("XLEN", "kv-events:{shop:0}:expired").equals(0L));
		}
	}

	@Test
	void trackedKeyNeverCausesBothKindsOfEvent() {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex");
				TrackedInstance instance = instance(redis)) {
			instance.start();
			ExpiryNotificationBridge bridge = new ExpiryNotificationBridge(redis.connectionFactory(),
					NotificationSettings.defaults(),
					(name) -> Optional.ofNullable(TrackedInstance.NAMES.fromRedis(name)), instance.dispatcher,
					new PlainKvCodec(), "bridge", Clock.systemUTC(), TrackedInstance.NAMESPACE);
			bridge.start();
			try {
				await().until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING);
				instance.template.batchSet(entries(3000), SetOptions.defaults().timeToLive(Duration.ofMillis(300)));
				IntStream.range(0, 100)
					.forEach((number) -> redis.template()
						.opsForValue()
						.set("app:theirs:" + number, "v", Duration.ofMillis(100)));
				await().atMost(PATIENCE).until(() -> instance.expired().size() >= 3100);
				await().atMost(PATIENCE).until(() -> bridge.getStatus().received() >= 3100);
				assertThat(instance.expired()).hasSize(3100).doesNotHaveDuplicates();
				assertThat(instance.dispatcher.events())
					.filteredOn((event) -> event.getDetectedBy() == KvExpirySource.NOTIFICATION)
					.extracting(KvEvent::getKey)
					.hasSize(100)
					.allMatch((key) -> key.startsWith("theirs:"));
			}
			finally {
				bridge.stop();
			}
		}
	}

	private static TrackedInstance instance(TestRedis redis) {
		return new TrackedInstance(redis.connectionFactory(),
				(tracker) -> tracker.settings(TrackingSettings.defaults().stopTimeout(Duration.ofSeconds(1))));
	}

	private static Map<String, String> entries(int count) {
		return entries(0, count);
	}

	private static Map<String, String> entries(int from, int to) {
		Map<String, String> entries = new HashMap<>();
		IntStream.range(from, to).forEach((number) -> entries.put("key:" + number, "v"));
		return entries;
	}

	private static int sum(Map<String, Integer> counts) {
		return counts.values().stream().mapToInt(Integer::intValue).sum();
	}

}
