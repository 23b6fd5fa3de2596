package io.github.kvevents.redis.expiry;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three instances in processes of their own, one of which is killed (SIGKILL) and
 * restarted repeatedly while keys expire. Full scale: 20,000 keys and 100 kills.
 */
class InstanceKillTests {

	private static final int KEYS = FaultScale.of(2000, 20_000);

	private static final int KILLS = FaultScale.of(5, 100);

	/** How many share a deadline. */
	private static final int GROUP = 20;

	private static final Duration BETWEEN_KILLS = Duration.ofMillis(1500);

	/** Over how long the deadlines are spread: longer than the kills take. */
	private static final Duration SPREAD = BETWEEN_KILLS.multipliedBy(KILLS + 1);

	private final Random random = new Random(42);

	private final List<FaultProcess> all = new ArrayList<>();

	@TempDir
	Path directory;

	@AfterEach
	void end() {
		this.all.forEach(FaultProcess::close);
	}

	@Test
	void everyExpiryIsDeliveredAndOnlyThoseInFlightAreRedelivered() throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			List<FaultProcess> running = new ArrayList<>();
			for (int number = 0; number < 3; number++) {
				running.add(start(redis, "instance-" + number));
			}
			for (FaultProcess process : running) {
				process.awaitReady();
			}
			Instant first = writeKeys(redis);
			for (int kill = 0; kill < KILLS; kill++) {
				Instant moment = first.plus(BETWEEN_KILLS.multipliedBy(kill)).plusMillis(this.random.nextInt(500));
				await().atMost(Duration.ofMinutes(1)).until(() -> Instant.now().isAfter(moment));
				int victim = this.random.nextInt(running.size());
				awaitBusy(running.get(victim), first.plus(SPREAD));
				running.get(victim).kill();
				// under the same id, or as another instance that has to claim
				running.set(victim, start(redis, (kill % 2 == 0) ? "instance-" + victim : "later-" + kill));
			}
			awaitAll(redis);
		}
		assertDelivered();
	}

	/**
	 * Waits until its hook is in the middle of something, or the last key has expired.
	 */
	private static void awaitBusy(FaultProcess victim, Instant end) throws IOException {
		victim.awaitReady();
		long before = victim.size();
		await().atMost(SPREAD.multipliedBy(2))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> victim.size() > before || Instant.now().isAfter(end));
	}

	private FaultProcess start(TestRedis redis, String instanceId) throws IOException {
		FaultProcess process = new FaultProcess(redis.getPort(), instanceId,
				this.directory.resolve("received-" + this.all.size()));
		this.all.add(process);
		return process;
	}

	/**
	 * Their deadlines are spread over the time of the kills.
	 */
	private Instant writeKeys(TestRedis redis) {
		// it tracks, but takes no expiry
		ExpiryTracker tracker = ExpiryTracker
			.builder(redis.connectionFactory(), HookedInstance.NAMESPACE, new RecordingDispatcher().heard(false),
					new PlainKvCodec())
			.settings(TrackingSettings.defaults().mode(TrackingMode.ALL))
			.build();
		KvTemplate template = KvTemplate
			.builder(new RedisKvStore(redis.connectionFactory(), KeyNames.plain(), tracker), new PlainKvCodec())
			.build();
		template.hasKey("first connection");
		Instant first = Instant.now().plusSeconds(2);
		for (int start = 0; start < KEYS; start += GROUP) {
			Map<String, String> group = new HashMap<>();
			IntStream.range(start, start + GROUP).forEach((index) -> group.put("key:" + index, "value"));
			template.batchSet(group,
					SetOptions.defaults().expireAt(first.plusMillis(SPREAD.toMillis() * start / KEYS)));
		}
		return first;
	}

	private void awaitAll(TestRedis redis) {
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).until(() -> {
			Set<String> keys = new HashSet<>();
			for (FaultProcess process : this.all) {
				process.received().forEach((received) -> keys.add(received.key()));
			}
			return keys.size() == KEYS;
		});
		await().atMost(Duration.ofSeconds(30))
			.until(() -> redis.execute("XLEN", HookedInstance.NAMESPACE.expired(0)), (length) -> length.equals(0L));
	}

	private void assertDelivered() throws IOException {
		Map<String, Integer> times = new HashMap<>();
		Set<String> inFlight = new HashSet<>();
		for (FaultProcess process : this.all) {
			List<FaultProcess.Received> received = process.received();
			received.forEach((one) -> times.merge(one.key(), 1, Integer::sum));
			assertThat(received).allSatisfy((one) -> assertThat(one.at()).isGreaterThan(one.deadline()));
			if (process.isKilled()) {
				received.subList(Math.max(0, received.size() - FaultInstance.MAX_IN_FLIGHT), received.size())
					.forEach((one) -> inFlight.add(one.key()));
			}
		}
		List<String> twice = times.keySet().stream().filter((key) -> times.getOrDefault(key, 0) > 1).toList();
		System.out.println(KEYS + " expiries, " + KILLS + " kills: " + twice.size() + " were redelivered");
		assertThat(times).hasSize(KEYS);
		assertThat(inFlight).as("only expiries in flight in a killed instance may be redelivered").containsAll(twice);
	}

}
