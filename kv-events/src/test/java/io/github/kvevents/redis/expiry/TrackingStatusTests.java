package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingActivity.State;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The activity and status of an {@link ExpiryTracker}.
 */
@ExtendWith(TestRedisExtension.class)
class TrackingStatusTests {

	private static final Namespace NAMESPACE = new Namespace("ops", 2);

	private final CountDownLatch finish = new CountDownLatch(1);

	private final List<TrackedInstance> instances = new ArrayList<>();

	private final TestRedis redis;

	TrackingStatusTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void stop() {
		this.finish.countDown();
		this.instances.forEach(TrackedInstance::close);
	}

	@Test
	void emptyNamespaceIsNoError() {
		TrackedInstance instance = instance((tracker) -> tracker.instanceId("one"));
		assertThat(instance.tracker.getActivity())
			.isEqualTo(new TrackingActivity(TrackingMode.AUTO, State.OFF, 0, 0, 0));
		TrackingStatus.Partition empty = new TrackingStatus.Partition(0, 0, null, Duration.ZERO, null, 0, Map.of());
		assertThat(instance.tracker.getStatus()).isEqualTo(new TrackingStatus(List.of(empty, empty), "noeviction"));
		assertThat(instance.tracker.getStatus().nextDeadline()).isNull();
		assertThat(instance.tracker.getStatus().overdueBy()).isZero();
	}

	@Test
	void countsEachPartitionAndTheWhole() {
		TrackedInstance instance = instance((tracker) -> tracker.instanceId("one"));
		String here = keyOf(0, "here");
		String there = keyOf(1, "there");
		instance.template.set(here, "1", Duration.ofMinutes(5));
		instance.template.set("{" + here + "}:due", "1", Duration.ofMillis(1));
		instance.template.set(there, "1", Duration.ofMinutes(4));
		await().until(() -> instance.tracker.getStatus().overdueBy().toMillis() > 20);
		TrackingStatus status = instance.tracker.getStatus();
		assertThat(status.tracked()).isEqualTo(3);
		assertThat(status.overdue()).isEqualTo(1);
		assertThat(status.nextDeadline()).isBefore(Instant.now());
		assertThat(status.partitions().get(1).nextDeadline())
			.isEqualTo(Instant.ofEpochMilli(TrackedInstance.expireTime(this.redis, "app:" + there)));
		assertThat(status.partitions()).extracting(TrackingStatus.Partition::tracked).containsExactlyInAnyOrder(2L, 1L);
		assertThat(status.partitions()).extracting(TrackingStatus.Partition::leaseHolder).containsOnlyNulls();
		assertThat(status.partitions().get(1).overdueBy()).isZero();
	}

	@Test
	void namesTheOwnerOfTheLeaseAndTheInstancesWithPendingExpiries() {
		TrackedInstance one = instance((tracker) -> tracker.instanceId("one")
			.settings(TrackingSettings.defaults().delivery(2, 1).stopTimeout(Duration.ZERO)));
		one.dispatcher.hook((event) -> awaitQuietly(this.finish));
		for (int number = 0; number < 5; number++) {
			one.template.set(keyOf(1, "k" + number), "1", Duration.ofMillis(1));
		}
		one.start();
		await().untilAsserted(() -> {
			TrackingStatus status = one.tracker.getStatus();
			assertThat(status.partitions().get(1).leaseHolder()).isEqualTo("one");
			assertThat(status.partitions().get(1).pendingByInstance()).isEqualTo(Map.of("one", 2L));
			assertThat(status.pending()).isEqualTo(2);
			assertThat(status.waiting()).isEqualTo(3);
			assertThat(status.tracked()).isZero();
		});
		assertThat(one.tracker.getActivity().delivered()).isZero();
		this.finish.countDown();
		await().until(() -> one.tracker.getStatus().pending() + one.tracker.getStatus().waiting() == 0);
		assertThat(one.tracker.getActivity())
			.isEqualTo(new TrackingActivity(TrackingMode.AUTO, State.TRACKING, 5, 0, 0));
	}

	@Test
	void countsRedeliveredExpiries() {
		TrackedInstance first = instance((tracker) -> tracker.instanceId("same")
			.settings(TrackingSettings.defaults().stopTimeout(Duration.ZERO))).start();
		first.dispatcher.hook((event) -> awaitQuietly(this.finish));
		first.template.set("a", "1", Duration.ofMillis(1));
		await().until(() -> first.tracker.getStatus().pending() == 1);
		TrackedInstance again = instance((tracker) -> tracker.instanceId("same")).start();
		await().until(() -> again.tracker.getActivity().redelivered() == 1);
		await().until(() -> again.tracker.getActivity().delivered() == 1);
	}

	@Test
	void instanceWithoutReceiversIsIdle() {
		TrackedInstance instance = instance((tracker) -> tracker).start();
		instance.dispatcher.heard(false);
		assertThat(instance.tracker.getActivity().state()).isEqualTo(State.IDLE);
		instance.dispatcher.heard(true);
		assertThat(instance.tracker.getActivity().state()).isEqualTo(State.TRACKING);
		TrackedInstance off = instance(
				(tracker) -> tracker.settings(TrackingSettings.defaults().mode(TrackingMode.OFF)))
			.start();
		assertThat(off.tracker.getActivity()).isEqualTo(new TrackingActivity(TrackingMode.OFF, State.OFF, 0, 0, 0));
	}

	@Test
	void returnsTheEvictionPolicyWhenTheServerRefusesConfig() {
		try (TestRedis server = TestRedis.start("maxmemory-policy", "allkeys-lfu")) {
			TrackedInstance instance = new TrackedInstance(withoutCommand(server, "config"), NAMESPACE,
					(tracker) -> tracker);
			assertThat(instance.tracker.getStatus().evictionPolicy()).isEqualTo("allkeys-lfu");
		}
	}

	@Test
	void omitsTheEvictionPolicyWhenTheServerRefusesInfo() {
		try (TestRedis server = TestRedis.start()) {
			TrackedInstance instance = new TrackedInstance(withoutCommand(server, "info"), NAMESPACE,
					(tracker) -> tracker);
			assertThat(instance.tracker.getStatus().evictionPolicy()).isNull();
			assertThat(instance.tracker.getStatus().partitions()).hasSize(2);
		}
	}

	private static LettuceConnectionFactory withoutCommand(TestRedis server, String command) {
		server.execute("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-" + command);
		LettuceConnectionFactory factory = server.connectionFactory();
		factory.getStandaloneConfiguration().setUsername("app");
		factory.getStandaloneConfiguration().setPassword("secret");
		factory.stop();
		factory.start();
		return factory;
	}

	private static String keyOf(int partition, String name) {
		int number = 0;
		while (NAMESPACE.partitionOf(name + number) != partition) {
			number++;
		}
		return name + number;
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
		TrackedInstance instance = new TrackedInstance(this.redis.connectionFactory(), NAMESPACE, configurer);
		this.instances.add(instance);
		return instance;
	}

}
