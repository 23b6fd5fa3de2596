package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.script.RedisScript;

import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.notification.TrackedKeys;
import io.github.kvevents.redis.notification.TrackedKeys.Notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Edge cases of tracking: the millisecond of a deadline, more expiries than the maximum
 * length, keys that other clients change, another driver.
 */
@ExtendWith(TestRedisExtension.class)
class TrackingEdgeTests {

	private static final TrackingSettings SETTINGS = TrackingSettings.defaults().stopTimeout(Duration.ofSeconds(2));

	private final TestRedis redis;

	private final List<TrackedInstance> instances = new ArrayList<>();

	TrackingEdgeTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void stop() {
		this.instances.forEach(TrackedInstance::close);
	}

	@Test
	void keyExistsUntilTheEndOfTheMillisecondOfItsDeadline() {
		TrackedInstance instance = instance((tracker) -> tracker.settings(SETTINGS.sweep(Duration.ofMillis(1), 3)));
		Map<String, Long> serverTimes = new ConcurrentHashMap<>();
		instance.dispatcher.hook((event) -> serverTimes.put(event.getKey(), serverMillis()));
		instance.start();
		Instant first = Instant.now().plusMillis(300).truncatedTo(ChronoUnit.MILLIS);
		IntStream.range(0, 300)
			.forEach((number) -> instance.template.set("k" + number, "v",
					SetOptions.defaults().expireAt(first.plusMillis(number))));
		await().until(() -> instance.expired().size() >= 300);
		assertThat(instance.expired()).hasSize(300).doesNotHaveDuplicates();
		assertThat(instance.dispatcher.events()).allSatisfy((event) -> {
			Instant deadline = first.plusMillis(Long.parseLong(event.getKey().substring(1)));
			assertThat(event.getDeadline()).isEqualTo(deadline);
			assertThat(event.getLateness()).isPositive();
			assertThat(serverTimes.get(event.getKey())).isGreaterThan(deadline.toEpochMilli());
		});
	}

	@Test
	void claimsNothingForEverIfTold() {
		assertThat(TrackingSettings.defaults().claimAfter(Duration.ofSeconds(Long.MAX_VALUE)).claimAfter())
			.isEqualTo(TrackingSettings.defaults().claimAfter(Duration.ofDays(200_000)).claimAfter())
			.isEqualTo(Duration.ofDays(30_000));
	}

	@Test
	void expiriesBeyondTheMaximumLengthAreDroppedAndCounted() {
		TrackedInstance deaf = instance((tracker) -> tracker
			.settings(SETTINGS.mode(TrackingMode.ALL).maxLength(150).sweep(Duration.ofMillis(20), 200)));
		deaf.dispatcher.heard(false);
		Map<String, String> entries = new ConcurrentHashMap<>();
		IntStream.range(0, 1000).forEach((number) -> entries.put("k" + number, "v"));
		deaf.template.batchSet(entries, SetOptions.defaults().timeToLive(Duration.ofMillis(5)));
		deaf.start();
		await().until(() -> size("ZCARD", "deadlines") == 0);
		long waiting = size("XLEN", "expired");
		// whole nodes of the stream are dropped, of a hundred each
		assertThat(waiting).isBetween(150L, 300L);
		await().until(() -> deaf.tracker.getActivity().trimmed() == 1000 - waiting);
		TrackedInstance hearing = instance((tracker) -> tracker).start();
		await().until(() -> hearing.expired().size() >= waiting);
		assertThat(hearing.expired()).hasSize((int) waiting).doesNotHaveDuplicates();
		assertThat(size("HLEN", "values")).isZero();
	}

	@Test
	void expiryInFlightIsHandledAlthoughItWasDropped() {
		TrackedInstance instance = instance(
				(tracker) -> tracker.settings(SETTINGS.maxLength(1).delivery(20, 2).claimAfter(Duration.ofSeconds(1))));
		CountDownLatch finish = new CountDownLatch(1);
		instance.dispatcher.hook((event) -> awaitQuietly(finish));
		instance.start();
		instance.template.set("first", "v", Duration.ofMillis(1));
		await().until(() -> !instance.dispatcher.threads().isEmpty());
		IntStream.range(0, 600).forEach((number) -> instance.template.set("k" + number, "v", Duration.ofMillis(1)));
		await().until(() -> size("ZCARD", "deadlines") == 0);
		// counted when the answer of the script has arrived
		await().until(() -> instance.tracker.getActivity().trimmed() > 0);
		finish.countDown();
		await().until(() -> size("XLEN", "expired") == 0 && instance.tracker.getStatus().pending() == 0);
		assertThat(instance.expired()).contains("first").doesNotHaveDuplicates();
		assertThat(instance.expired().size() + instance.tracker.getActivity().trimmed()).isGreaterThanOrEqualTo(601);
		instance.template.set("behind", "v", Duration.ofMillis(1));
		await().until(() -> instance.expired().contains("behind"));
	}

	@Test
	void lifetimeThatOtherClientsShortenedIsReportedAtTheTrackedDeadline() {
		TrackedInstance instance = instance((tracker) -> tracker).start();
		instance.template.set("a", "1", Duration.ofMinutes(7));
		this.redis.template().expire("app:a", Duration.ofMillis(20));
		await().until(() -> !instance.template.hasKey("a"));
		// longer than the time between two sweeps
		await().during(Duration.ofMillis(1200)).until(() -> instance.expired().isEmpty());
		long deadline = TrackedInstance.endNow(this.redis, "app:a");
		await().until(() -> !instance.expired().isEmpty());
		assertThat(instance.dispatcher.events()).singleElement().satisfies((event) -> {
			assertThat(event.getDeadline()).isEqualTo(Instant.ofEpochMilli(deadline));
			assertThat(event.getPreviousValue(String.class)).isEqualTo("1");
		});
	}

	@Test
	void notificationOfAnExpiryThatAWriteDetectedIsFiltered() {
		TrackedInstance instance = instance((tracker) -> tracker);
		String[] keys = { "one", "conditional" };
		for (String key : keys) {
			instance.template.set(key, "old", Duration.ofMillis(1));
			await().until(() -> !instance.template.hasKey(key));
		}
		instance.template.set("one", "for ever");
		instance.template.set("conditional", "for ever", SetOptions.defaults().ifAbsent());
		TrackedKeys tracked = new TrackedKeys(this.redis.connectionFactory(), TrackedInstance.NAMESPACE);
		List<Notification> notifications = Stream.of("one", "theirs", "conditional")
			.map((key) -> new Notification(("app:" + key).getBytes(StandardCharsets.UTF_8), key, Instant.now()))
			.toList();
		assertThat(tracked.withoutTracked(notifications)).extracting(Notification::key).containsExactly("theirs");
	}

	@Test
	void worksWithJedis() {
		JedisConnectionFactory jedis = new JedisConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.redis.getPort()));
		jedis.afterPropertiesSet();
		jedis.start();
		try {
			TrackedInstance instance = new TrackedInstance(jedis, (tracker) -> tracker.settings(SETTINGS));
			instance.start();
			IntStream.range(0, 50)
				.forEach((number) -> instance.template.set("k" + number, "v", Duration.ofMillis(100)));
			instance.template.set("kept", "v", Duration.ofMinutes(5));
			instance.template.set("kept", "w");
			instance.template.set("deleted", "v", Duration.ofMinutes(5));
			assertThat(instance.template.delete("deleted")).isTrue();
			await().until(() -> instance.expired().size() >= 50 && size("XLEN", "expired") == 0);
			// scripts that the server forgot
			this.redis.execute("SCRIPT", "FLUSH");
			instance.template.set("behind", "last", Duration.ofMillis(1));
			await().until(() -> instance.expired().contains("behind"));
			assertThat(instance.expired()).hasSize(51).doesNotHaveDuplicates();
			assertThat(instance.tracker.getStatus().tracked()).isZero();
			instance.close();
		}
		finally {
			jedis.destroy();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private TrackedInstance instance(UnaryOperator<ExpiryTrackerBuilder> configurer) {
		RedisConnectionFactory connectionFactory = this.redis.connectionFactory();
		TrackedInstance instance = new TrackedInstance(connectionFactory, configurer);
		this.instances.add(instance);
		return instance;
	}

	private long serverMillis() {
		return this.redis.template()
			.execute(RedisScript
				.of("local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000)", Long.class),
					List.of());
	}

	private long size(String command, String what) {
		return (Long) this.redis.execute(command, "kv-events:{shop:0}:" + what);
	}

}
