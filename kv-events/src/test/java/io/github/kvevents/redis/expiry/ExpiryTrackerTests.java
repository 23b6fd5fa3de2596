package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.dao.InvalidDataAccessResourceUsageException;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.notification.TestBridge;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ExpiryTracker}.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiryTrackerTests {

	private static final Duration LONG = Duration.ofMinutes(7);

	private static final TrackingSettings SETTINGS = TrackingSettings.defaults().stopTimeout(Duration.ofSeconds(3));

	private final TestRedis redis;

	private final List<TrackedInstance> instances = new ArrayList<>();

	ExpiryTrackerTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void stop() {
		this.instances.forEach(TrackedInstance::close);
	}

	@Test
	void expiryIsDeliveredWithLastValueAfterTheDeadline() {
		TrackedInstance instance = instance((tracker) -> tracker.instanceId("one")).start();
		Instant before = Instant.now().minusMillis(1);
		instance.template.set("order:1", "paid?", Duration.ofMillis(120));
		await().until(() -> !instance.dispatcher.events().isEmpty());
		KvExpiredEvent event = instance.dispatcher.events().get(0);
		assertThat(event.getKey()).isEqualTo("order:1");
		assertThat(event.getDetectedBy()).isEqualTo(KvExpirySource.TRACKING);
		assertThat(event.getPreviousValue(String.class)).isEqualTo("paid?");
		assertThat(event.getRawValue()).isNull();
		assertThat(event.getOrigin()).isEqualTo("one");
		assertThat(event.getDeadline()).isBetween(before.plusMillis(120), Instant.now());
		assertThat(event.getLateness()).isBetween(Duration.ZERO, Duration.ofSeconds(20));
		assertThat(instance.template.hasKey("order:1")).isFalse();
		await().until(() -> size("XLEN", "expired") == 0);
		assertThat(size("ZCARD", "deadlines")).isZero();
		assertThat(size("HLEN", "values")).isZero();
		assertThat(instance.dispatcher.keys()).containsExactly("order:1");
	}

	@Test
	void keyThatOtherClientsExtendedExpiresLaterWithTheirValue() {
		TrackedInstance instance = instance((tracker) -> tracker);
		instance.template.set("a", "ours", LONG);
		this.redis.template().opsForValue().set("app:a", "theirs", LONG.multipliedBy(2));
		TrackedInstance.endNow(this.redis, "app:a");
		instance.start();
		double theirs = TrackedInstance.expireTime(this.redis, "app:a");
		await()
			.until(() -> theirs == this.redis.template().opsForZSet().score("kv-events:{shop:0}:deadlines", "app:a"));
		assertThat(instance.expired()).isEmpty();
		this.redis.execute("PEXPIRE", "app:a", "0");
		long deadline = TrackedInstance.endNow(this.redis, "app:a");
		await().until(() -> !instance.dispatcher.events().isEmpty());
		KvExpiredEvent event = instance.dispatcher.events().get(0);
		assertThat(event.getDeadline()).isEqualTo(Instant.ofEpochMilli(deadline));
		assertThat(event.getPreviousValue(String.class)).isEqualTo("theirs");
	}

	@Test
	void keyThatOtherClientsOverwroteOrPersistedIsNoLongerTracked() {
		TrackedInstance instance = instance((tracker) -> tracker);
		instance.template.set("overwritten", "1", LONG);
		instance.template.set("persisted", "1", LONG);
		this.redis.template().opsForValue().set("app:overwritten", "2");
		this.redis.template().persist("app:persisted");
		TrackedInstance.endNow(this.redis, "app:overwritten", "app:persisted");
		instance.start();
		await().until(() -> size("ZCARD", "deadlines") == 0);
		assertThat(size("HLEN", "values")).isZero();
		assertThat(instance.expired()).isEmpty();
	}

	@Test
	void keyThatOtherClientsDeletedOrRenamedIsReportedAtItsDeadline() {
		TrackedInstance instance = instance((tracker) -> tracker).start();
		instance.template.set("deleted", "1", LONG);
		instance.template.set("renamed", "2", LONG);
		this.redis.template().delete("app:deleted");
		this.redis.template().rename("app:renamed", "app:elsewhere");
		assertThat(instance.expired()).isEmpty();
		TrackedInstance.endNow(this.redis, "app:deleted", "app:renamed");
		await().until(() -> instance.expired().size() >= 2);
		assertThat(instance.expired()).containsExactlyInAnyOrder("deleted", "renamed");
		assertThat(instance.dispatcher.events()).extracting((event) -> event.getPreviousValue(String.class))
			.containsExactlyInAnyOrder("1", "2");
	}

	@Test
	void instancesShareTheWork() {
		TrackedInstance one = instance((tracker) -> tracker.instanceId("one"));
		TrackedInstance two = instance((tracker) -> tracker.instanceId("two"));
		// neither has room for all, so that the other one gets some however slow it is
		CountDownLatch both = new CountDownLatch(2);
		for (TrackedInstance instance : List.of(one, two)) {
			AtomicBoolean first = new AtomicBoolean(true);
			instance.dispatcher.hook((event) -> {
				if (first.getAndSet(false)) {
					both.countDown();
				}
				awaitQuietly(both);
			});
			instance.start();
		}
		Map<String, String> entries = new HashMap<>();
		IntStream.range(0, 2000).forEach((number) -> entries.put("key:" + number, "v" + number));
		one.template.batchSet(entries, SetOptions.defaults().timeToLive(Duration.ofMillis(300)));
		await().until(() -> one.expired().size() + two.expired().size() >= 2000);
		await().until(() -> size("XLEN", "expired") == 0);
		List<String> all = new ArrayList<>(one.expired());
		all.addAll(two.expired());
		assertThat(all).hasSize(2000).doesNotHaveDuplicates();
		assertThat(one.expired()).isNotEmpty();
		assertThat(two.expired()).isNotEmpty();
	}

	@Test
	void instanceWithoutReceiversTakesNothing() {
		TrackedInstance deaf = instance((tracker) -> tracker.settings(SETTINGS.mode(TrackingMode.ALL)));
		deaf.dispatcher.heard(false);
		deaf.start();
		deaf.template.set("a", "1", Duration.ofMillis(30));
		await().until(() -> size("XLEN", "expired") == 1);
		TrackedInstance hearing = instance((tracker) -> tracker).start();
		await().until(() -> hearing.expired().equals(List.of("a")));
		assertThat(deaf.expired()).isEmpty();
	}

	@Test
	void hookRegisteredLaterReceivesEarlierExpiries() {
		TrackedInstance instance = instance((tracker) -> tracker);
		instance.template.set("a", "1", Duration.ofMillis(10));
		instance.dispatcher.heard(false);
		instance.start();
		instance.dispatcher.heard(true);
		await().until(() -> instance.expired().equals(List.of("a")));
	}

	@Test
	void namespacesAreIsolated() {
		TrackedInstance shop = instance((tracker) -> tracker).start();
		TrackedInstance other = new TrackedInstance(this.redis.connectionFactory(), new Namespace("shop2", 4),
				(tracker) -> tracker);
		this.instances.add(other.start());
		IntStream.range(0, 40).forEach((number) -> other.template.set("theirs:" + number, "1", Duration.ofMillis(20)));
		shop.template.set("ours", "1", Duration.ofMillis(60));
		await().until(() -> other.expired().size() == 40 && shop.expired().size() == 1);
		assertThat(shop.expired()).containsExactly("ours");
		assertThat(other.expired()).doesNotContain("ours").doesNotHaveDuplicates();
	}

	@Test
	void otherNumberOfPartitionsIsRefusedWithTheWayOut() {
		instance((tracker) -> tracker).template.set("a", "1", Duration.ofMinutes(5));
		TrackedInstance other = new TrackedInstance(this.redis.connectionFactory(), new Namespace("shop", 7),
				(tracker) -> tracker);
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> other.template.set("a", "2", Duration.ofMinutes(5)))
			.withMessageContaining("kv.events.partitions")
			.withMessageContaining("set it to 1");
		assertThat(this.redis.template().opsForValue().get("app:a")).isEqualTo("1");
	}

	@Test
	void innerKeyOfAnotherTypeIsRefusedBeforeAnythingIsWritten() {
		this.redis.template().opsForValue().set("kv-events:{shop:0}:deadlines", "text");
		TrackedInstance instance = instance((tracker) -> tracker);
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> instance.template.set("a", "1", Duration.ofMinutes(5)))
			.withMessageContaining("kv-events:{shop:0}:deadlines")
			.withMessageContaining("zset");
		assertThat(this.redis.template().hasKey("app:a")).isFalse();
	}

	@Test
	void slowHookRunsOnceWhileItsInstanceIsAlive() throws InterruptedException {
		UnaryOperator<ExpiryTrackerBuilder> impatient = (tracker) -> tracker
			.settings(SETTINGS.claimAfter(Duration.ofSeconds(3)));
		TrackedInstance slow = instance(impatient).start();
		CountDownLatch finish = new CountDownLatch(1);
		slow.dispatcher.hook((event) -> {
			if (event.getKey().equals("a")) {
				awaitQuietly(finish);
			}
		});
		slow.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> !slow.dispatcher.threads().isEmpty());
		TrackedInstance other = instance(impatient).start();
		// claims are looked for three times as often
		await().during(Duration.ofMillis(4500)).until(() -> other.expired().isEmpty());
		finish.countDown();
		await().until(() -> size("XLEN", "expired") == 0);
		assertThat(slow.expired()).containsExactly("a");
	}

	@Test
	void expiriesOfADeadInstanceAreClaimed() {
		TrackedInstance writer = instance((tracker) -> tracker.settings(SETTINGS.mode(TrackingMode.ALL)));
		writer.dispatcher.heard(false);
		writer.start();
		IntStream.range(0, 300).forEach((number) -> writer.template.set("k" + number, "1", Duration.ofMillis(1)));
		await().until(() -> size("XLEN", "expired") == 300);
		this.redis.execute("XREADGROUP", "GROUP", "hooks", "gone", "COUNT", "250", "STREAMS",
				"kv-events:{shop:0}:expired", ">");
		TrackedInstance heir = instance((tracker) -> tracker.settings(SETTINGS.claimAfter(Duration.ofMillis(400))))
			.start();
		await().until(() -> heir.expired().size() >= 300);
		assertThat(heir.expired()).hasSize(300).doesNotHaveDuplicates();
		await().until(() -> size("XLEN", "expired") == 0);
		await().until(() -> this.redis.template()
			.opsForStream()
			.consumers("kv-events:{shop:0}:expired", "hooks")
			.size() == 1);
	}

	@Test
	void unfinishedExpiriesAreReleasedAtTheStop() {
		TrackedInstance stopping = instance(
				(tracker) -> tracker.settings(SETTINGS.stopTimeout(Duration.ofMillis(100))));
		CountDownLatch never = new CountDownLatch(1);
		stopping.dispatcher.hook((event) -> awaitQuietly(never));
		stopping.start();
		stopping.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> !stopping.dispatcher.threads().isEmpty());
		stopping.close();
		never.countDown();
		TrackedInstance other = instance((tracker) -> tracker).start();
		// before it would be claimed
		await().atMost(Duration.ofSeconds(25)).until(() -> other.expired().equals(List.of("a")));
		assertThat(other.expired()).containsExactly("a");
	}

	@Test
	void shortDeadlineIsSweptByTheInstanceThatWroteIt() {
		TrackingSettings seldom = SETTINGS.sweep(Duration.ofMinutes(2), 100);
		TrackedInstance sweeper = instance((tracker) -> tracker.instanceId("sweeper").settings(seldom)).start();
		await().until(() -> "sweeper".equals(leaseHolder()));
		TrackedInstance writer = instance((tracker) -> tracker.instanceId("writer").settings(seldom)).start();
		writer.template.set("long", "1", Duration.ofMinutes(1));
		writer.template.set("later", "1", Duration.ofMillis(400));
		writer.template.set("sooner", "1", Duration.ofMillis(100));
		writer.template.set("at", "1", SetOptions.defaults().expireAt(Instant.now().plusMillis(250)));
		writer.template.set("extended", "1", Duration.ofMinutes(1));
		writer.template.expire("extended", Duration.ofMillis(300));
		await().until(() -> sweeper.expired().size() + writer.expired().size() == 4);
		assertThat(leaseHolder()).isEqualTo("sweeper");
		assertThat(size("ZCARD", "deadlines")).isEqualTo(1);
	}

	@Test
	void leaseThatEndsLaterThanANewLeaseIsVoid() {
		for (String planted : List.of("PX", "no end")) {
			Duration left = planted.equals("PX") ? Duration.ofHours(1) : Duration.ZERO;
			this.redis.template().opsForValue().set("kv-events:{shop:0}:sweeper", "gone");
			if (!left.isZero()) {
				this.redis.template().expire("kv-events:{shop:0}:sweeper", left);
			}
			TrackedInstance instance = instance((tracker) -> tracker.instanceId("here").settings(SETTINGS)).start();
			await().atMost(Duration.ofSeconds(20)).until(() -> "here".equals(leaseHolder()));
			instance.template.set("a", "1", Duration.ofMillis(1));
			await().atMost(Duration.ofSeconds(20)).until(() -> instance.expired().equals(List.of("a")));
			instance.close();
		}
	}

	@Test
	void validLeaseIsKept() {
		TrackingSettings settings = SETTINGS.sweep(Duration.ofSeconds(30), 100);
		this.redis.template().opsForValue().set("kv-events:{shop:0}:sweeper", "other", Duration.ofSeconds(40));
		TrackedInstance instance = instance((tracker) -> tracker.instanceId("here").settings(settings)).start();
		instance.template.set("a", "1", Duration.ofMillis(1));
		await().atMost(Duration.ofSeconds(20)).until(() -> instance.expired().equals(List.of("a")));
		assertThat(leaseHolder()).isEqualTo("other");
	}

	@Test
	void keysRememberedBeforeTheClockWasSetBackAreForgotten() {
		this.redis.template()
			.opsForZSet()
			.add("kv-events:{shop:0}:recent", "app:k", System.currentTimeMillis() + 3_600_000.0);
		instance((tracker) -> tracker.settings(SETTINGS)).start();
		await().atMost(Duration.ofSeconds(20)).until(() -> size("ZCARD", "recent") == 0);
	}

	@Test
	void anEarlierDeadlineWakesTheSweeper() {
		TrackedInstance instance = instance((tracker) -> tracker.settings(SETTINGS.sweep(Duration.ofMinutes(2), 100)))
			.start();
		instance.template.set("long", "1", Duration.ofMinutes(1));
		await().until(() -> leaseHolder() != null);
		instance.template.set("later", "1", Duration.ofMillis(300));
		instance.template.set("sooner", "1", Duration.ofMillis(50));
		await().until(() -> instance.expired().equals(List.of("sooner", "later")));
	}

	private String leaseHolder() {
		return this.redis.template().opsForValue().get("kv-events:{shop:0}:sweeper");
	}

	@Test
	void nothingIsTakenAfterTheStop() {
		// a lease that doesn't end by itself meanwhile
		TrackedInstance instance = instance((tracker) -> tracker.settings(SETTINGS.sweep(Duration.ofSeconds(1), 100)))
			.start();
		instance.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> instance.expired().size() == 1);
		instance.close();
		TestBridge.awaitNoThreads("kv-expiry-sweeper");
		TestBridge.awaitNoThreads("kv-expiry-reader");
		TestBridge.awaitNoThreads("kv-expiry-acknowledger");
		instance.template.set("b", "1", Duration.ofMillis(1));
		assertThat(this.redis.template().hasKey("kv-events:{shop:0}:sweeper")).isFalse();
		instance.start();
		await().until(() -> instance.expired().equals(List.of("a", "b")));
	}

	@Test
	void expiryIsAcknowledgedAfterAHookThatThrows() {
		TrackedInstance instance = instance((tracker) -> tracker).start();
		instance.dispatcher.hook((event) -> {
			throw new IllegalStateException("from the test");
		});
		instance.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> !instance.dispatcher.threads().isEmpty());
		await().until(() -> size("XLEN", "expired") == 0);
	}

	@Test
	void furtherExpiriesAreTakenWhenHooksAreDone() {
		TrackedInstance instance = instance((tracker) -> tracker.settings(SETTINGS.delivery(10, 2)));
		AtomicInteger now = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		instance.dispatcher.hook((event) -> {
			most.accumulateAndGet(now.incrementAndGet(), Math::max);
			now.decrementAndGet();
		});
		IntStream.range(0, 200).forEach((number) -> instance.template.set("k" + number, "1", Duration.ofMillis(1)));
		instance.start();
		await().until(() -> instance.expired().size() >= 200);
		assertThat(instance.expired()).hasSize(200).doesNotHaveDuplicates();
		assertThat(most.get()).isLessThanOrEqualTo(2);
	}

	@Test
	void trackingContinuesAfterTheServerLostItsData() {
		TrackedInstance instance = instance((tracker) -> tracker).start();
		instance.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> instance.expired().contains("a"));
		this.redis.execute("FLUSHALL");
		instance.template.set("b", "1", Duration.ofMillis(1));
		await().until(() -> instance.expired().contains("b"));
		assertThat(instance.expired()).containsExactly("a", "b");
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private long size(String command, String what) {
		return (Long) this.redis.execute(command, "kv-events:{shop:0}:" + what);
	}

	private TrackedInstance instance(UnaryOperator<ExpiryTrackerBuilder> configurer) {
		TrackedInstance instance = new TrackedInstance(this.redis.connectionFactory(), configurer);
		this.instances.add(instance);
		return instance;
	}

}
