package io.github.kvevents.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ExpiryTracker}.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiryTrackerTests {

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
	void expiryComesWithLastValueAfterTheDeadline() {
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
		assertThat(event.getLateness()).isLessThan(Duration.ofSeconds(2));
		assertThat(instance.template.hasKey("order:1")).isFalse();
		await().until(() -> size("XLEN", "expired") == 0);
		assertThat(size("ZCARD", "deadlines")).isZero();
		assertThat(size("HLEN", "values")).isZero();
		assertThat(instance.dispatcher.keys()).containsExactly("order:1");
	}

	private long size(String command, String what) {
		return (Long) this.redis.execute(command, "kv-events:{shop:0}:" + what);
	}

	private TrackedInstance instance(UnaryOperator<ExpiryTracker.Builder> configurer) {
		TrackedInstance instance = new TrackedInstance(this.redis.connectionFactory(), configurer);
		this.instances.add(instance);
		return instance;
	}

}
