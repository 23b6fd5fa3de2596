package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that each operation on a key updates the deadline index. Nothing sweeps unless
 * the test starts it.
 */
@ExtendWith(TestRedisExtension.class)
class TrackedWritesTests {

	private static final Duration LONG = Duration.ofMinutes(7);

	private final TestRedis redis;

	private final TrackedInstance instance;

	private final KvTemplate template;

	TrackedWritesTests(TestRedis redis) {
		this.redis = redis;
		this.instance = new TrackedInstance(redis.connectionFactory(), (tracker) -> tracker.instanceId("writer"));
		this.template = this.instance.template;
	}

	@AfterEach
	void stop() {
		this.instance.close();
	}

	@Test
	void setWithTimeToLiveIsOneRoundTrip() {
		this.template.set("first", "loads the script", LONG);
		this.redis.execute("CONFIG", "RESETSTAT");
		this.template.set("a", "1", LONG);
		assertThat(this.redis.commandCalls()).containsEntry("evalsha", 1L);
		assertTracked("a", "1");
	}

	@Test
	void setWithExpireAt() {
		Instant moment = Instant.now().plus(LONG);
		this.template.set("a", "1", SetOptions.defaults().expireAt(moment));
		assertTracked("a", "1");
		assertThat(TrackedInstance.expireTime(this.redis, "app:a"))
			.isEqualTo(moment.truncatedTo(ChronoUnit.MILLIS).equals(moment) ? moment.toEpochMilli()
					: moment.toEpochMilli() + 1);
	}

	@Test
	void overwriteWithoutTimeToLiveRemovesTheDeadline() {
		this.template.set("a", "1", LONG);
		this.template.set("a", "2");
		assertNotTracked("a");
	}

	@Test
	void overwriteThatKeepsTheTimeToLiveKeepsTheDeadlineAndRefreshesTheValue() {
		this.template.set("a", "1", LONG);
		this.template.set("a", "2", SetOptions.defaults().keepTimeToLive());
		assertTracked("a", "2");
		this.template.set("b", "1");
		this.template.set("b", "2", SetOptions.defaults().keepTimeToLive());
		assertNotTracked("b");
	}

	@Test
	void conditionThatDoesNotHoldChangesNothing() {
		this.template.set("a", "1", LONG);
		this.template.set("a", "2", SetOptions.defaults().ifAbsent());
		this.template.set("absent", "2", SetOptions.defaults().ifPresent().timeToLive(LONG));
		assertTracked("a", "1");
		assertNotTracked("absent");
	}

	@Test
	void compareAndSetAndUpdateRefreshTheValue() {
		this.template.set("a", "1", LONG);
		assertThat(this.template.compareAndSet("a", "other", "3")).isFalse();
		assertTracked("a", "1");
		assertThat(this.template.compareAndSet("a", "1", "2")).isTrue();
		assertTracked("a", "2");
		this.template.update("a", String.class, (value) -> value + "!");
		assertTracked("a", "2!");
		this.template.update("a", String.class, (value) -> null);
		assertNotTracked("a");
	}

	@Test
	void expireTracksAKeyThatHadNoTimeToLive() {
		this.template.set("a", "1");
		assertNotTracked("a");
		assertThat(this.template.expire("a", LONG)).isTrue();
		assertTracked("a", "1");
		assertThat(this.template.persist("a")).isTrue();
		assertNotTracked("a");
		assertThat(this.template.expire("absent", LONG)).isFalse();
		assertNotTracked("absent");
	}

	@Test
	void deleteRemovesTheDeadline() {
		this.template.set("a", "1", LONG);
		assertThat(this.template.delete("a")).isTrue();
		assertNotTracked("a");
	}

	@Test
	void batchesAreTracked() {
		this.template.batchSet(Map.of("a", "1", "b", "2"), SetOptions.defaults().timeToLive(LONG));
		assertTracked("a", "1");
		assertTracked("b", "2");
		assertThat(this.template.batchDelete(List.of("a", "absent"))).isEqualTo(1);
		assertNotTracked("a");
		assertTracked("b", "2");
	}

	@Test
	void keyOfAnotherTypeIsRefusedAndUntouched() {
		this.redis.template().opsForList().rightPush("app:list", "x");
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.template.set("list", "v", LONG));
		assertNotTracked("list");
		assertThat(this.redis.template().opsForList().range("app:list", 0, -1)).containsExactly("x");
	}

	@Test
	void undetectedExpiryIsPublishedWhenTheKeyIsWritten() {
		String[] keys = { "set", "plain", "absent", "keep", "compare", "batch" };
		for (String key : keys) {
			this.template.set(key, "old", Duration.ofMillis(1));
		}
		awaitGone(keys);
		assertThat(this.template.set("set", "new", LONG)).isEqualTo(KvSetResult.CREATED);
		assertThat(this.template.set("plain", "new")).isEqualTo(KvSetResult.CREATED);
		assertThat(this.template.set("absent", "new", SetOptions.defaults().ifAbsent())).isEqualTo(KvSetResult.CREATED);
		this.template.set("keep", "new", SetOptions.defaults().keepTimeToLive());
		assertThat(this.template.update("compare", String.class, (value) -> "new")).isEqualTo(KvSetResult.CREATED);
		this.template.batchSet(Map.of("batch", "new"));
		assertThat(this.redis.execute("XLEN", index("expired"))).isEqualTo(6L);
		this.instance.start();
		await().until(() -> this.instance.expired().size() >= keys.length);
		assertThat(this.instance.expired()).containsExactlyInAnyOrder(keys);
		assertThat(this.instance.dispatcher.events()).allSatisfy((event) -> {
			assertThat(event.getPreviousValue(String.class)).isEqualTo("old");
			assertThat(event.getOrigin()).isEqualTo("writer");
		});
		assertTracked("set", "new");
	}

	@Test
	void operationThatFindsNoKeyAfterTheDeadlineLeavesTheExpiryToTheSweep() {
		String[] keys = { "delete", "expire", "persist", "present", "batch" };
		for (String key : keys) {
			this.template.set(key, "old", Duration.ofMillis(1));
		}
		awaitGone(keys);
		assertThat(this.template.delete("delete")).isFalse();
		assertThat(this.template.expire("expire", LONG)).isFalse();
		assertThat(this.template.persist("persist")).isFalse();
		assertThat(this.template.set("present", "new", SetOptions.defaults().ifPresent()))
			.isEqualTo(KvSetResult.NOT_APPLIED);
		assertThat(this.template.batchDelete(List.of("batch"))).isZero();
		this.instance.start();
		await().until(() -> this.instance.expired().size() >= keys.length);
		assertThat(this.instance.expired()).containsExactlyInAnyOrder(keys);
		assertThat(this.instance.dispatcher.events()).extracting((event) -> event.getPreviousValue(String.class))
			.containsOnly("old");
	}

	@Test
	void expireAtInThePastOfTheServerExpiresAtOnce() {
		this.instance.start();
		Instant moment = Instant.now().plusMillis(20);
		this.template.set("a", "1", SetOptions.defaults().expireAt(moment));
		await().until(() -> !this.instance.expired().isEmpty());
		KvExpiredEvent event = this.instance.dispatcher.events().get(0);
		assertThat(event.getDeadline()).isBetween(moment.minusMillis(1), moment.plusMillis(1));
	}

	@Test
	void nothingIsTrackedWithoutReceivers() {
		this.instance.dispatcher.heard(false);
		this.template.set("a", "1", LONG);
		this.template.delete("a");
		assertThat(this.redis.template().keys("kv-events:*")).isEmpty();
		assertThat(this.redis.commandCalls()).doesNotContainKey("evalsha");
	}

	@Test
	void largestLifetimeIsKept() {
		this.template.set("a", "1", Duration.ofMillis(Long.MAX_VALUE / 2));
		assertTracked("a", "1");
		assertThat(this.template.getTimeToLive("a")).isPresent();
	}

	private void awaitGone(String... keys) {
		for (String key : keys) {
			await().until(() -> !this.redis.template().hasKey("app:" + key));
		}
	}

	private void assertTracked(String key, String value) {
		Double score = this.redis.template().opsForZSet().score(index("deadlines"), "app:" + key);
		double expireTime = (double) TrackedInstance.expireTime(this.redis, "app:" + key);
		assertThat(score).as("deadline of " + key).isNotNull().isEqualTo(expireTime);
		assertThat(this.redis.template().opsForHash().get(index("values"), "app:" + key)).isEqualTo(value);
	}

	private void assertNotTracked(String key) {
		assertThat(this.redis.template().opsForZSet().score(index("deadlines"), "app:" + key)).isNull();
		assertThat(this.redis.template().opsForHash().get(index("values"), "app:" + key)).isNull();
	}

	private static String index(String what) {
		return "kv-events:{shop:0}:" + what;
	}

}
