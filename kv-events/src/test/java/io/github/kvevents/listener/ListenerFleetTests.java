package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.KvEvent;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Several instances with one listener.
 */
@Timeout(90)
@ExtendWith(TestRedisExtension.class)
class ListenerFleetTests {

	private static final ListenerOptions OPTIONS = ListenerOptions.defaults().batchSize(9);

	/** None ends in a test, however slow the machine is. */
	private static final ListenerSettings LONG_LEASE = ListenerSettings.defaults().lease(Duration.ofMinutes(2));

	private final TestRedis redis;

	private final List<ListeningInstance> instances = new ArrayList<>();

	private final Recorder recorder = new Recorder();

	ListenerFleetTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void tearDown() {
		this.instances.forEach(ListeningInstance::close);
	}

	@Test
	void partitionsAreSharedEvenlyAndKeepTheOrderOfEachKey() {
		KvSubscription first = start("one").listen("audit", OPTIONS, this.recorder);
		await().until(() -> first.getStats().partitions() == 4);
		write(0, 200);
		KvSubscription second = start("two").listen("audit", OPTIONS.concurrency(3), this.recorder);
		await().until(() -> first.getStats().partitions() == 2 && second.getStats().partitions() == 2);
		write(200, 200);
		KvSubscription third = start("three").listen("audit", OPTIONS, this.recorder);
		await().until(() -> third.getStats().partitions() >= 1
				&& first.getStats().partitions() + second.getStats().partitions() + third.getStats().partitions() == 4);
		write(400, 200);
		second.close();
		await().until(() -> first.getStats().partitions() + third.getStats().partitions() == 4);
		write(600, 200);
		await().until(() -> this.recorder.size() >= 800);
		assertInOrder(800);
	}

	@Test
	void ordersAreObeyedByOtherInstances() {
		KvSubscription owner = start("one").listen("audit", OPTIONS, this.recorder);
		await().until(() -> owner.getStats().partitions() == 4);
		KvSubscription other = start("two").listen("audit", OPTIONS, this.recorder);
		await().until(() -> other.getStats().partitions() == 2);
		other.pause();
		await().until(() -> owner.getState() == SubscriptionState.PAUSED);
		write(0, 50);
		assertThat(this.recorder.size()).isZero();
		owner.resume();
		await().until(() -> this.recorder.size() == 50);
		owner.seek(StartPosition.earliest());
		await().until(() -> this.recorder.size() == 100);
		owner.remove();
		await().until(() -> other.getState() == SubscriptionState.STOPPED);
		assertThat(this.instances.get(1).engine.all()).isEmpty();
	}

	@Test
	void removedListenerMayBeginAnewAtOnce() {
		KvSubscription owner = start("one").listen("audit", OPTIONS, this.recorder);
		KvSubscription other = start("two").listen("audit", OPTIONS, this.recorder);
		await().until(() -> other.getStats().partitions() == 2);
		write(0, 50);
		await().until(() -> this.recorder.size() == 50);
		owner.remove();
		KvSubscription anew = this.instances.get(0).listen("audit", OPTIONS, this.recorder);
		await().until(() -> this.recorder.size() == 100);
		await().until(() -> other.getState() == SubscriptionState.STOPPED);
		await().until(() -> anew.getStats().partitions() == 4);
		assertThat(this.instances.get(0).engine.all()).containsExactly(anew);
		assertThat(this.instances.get(1).engine.all()).isEmpty();
	}

	@Test
	void instanceThatStandsByKnowsOfAPause() {
		List<KvSubscription> all = IntStream.range(0, 5)
			.mapToObj((number) -> start("number-" + number).listen("audit", OPTIONS, this.recorder))
			.toList();
		await().until(() -> all.stream().filter((one) -> one.getStats().partitions() == 1).count() == 4);
		KvSubscription standBy = all.stream().filter((one) -> one.getStats().partitions() == 0).findAny().orElseThrow();
		assertThat(standBy.getState()).isEqualTo(SubscriptionState.IDLE);
		KvSubscription owner = all.stream().filter((one) -> one != standBy).findAny().orElseThrow();
		owner.pause();
		await().until(() -> standBy.getState() == SubscriptionState.PAUSED);
		owner.resume();
		await().until(() -> standBy.getState() == SubscriptionState.IDLE);
	}

	@Test
	void listenersThatKeepAnOldEntryAreKnownToEveryInstance() {
		KvSubscription slow = start("one").listen("slow", OPTIONS, this.recorder);
		ListeningInstance other = start("two");
		await()
			.until(() -> IntStream.range(0, 4).allMatch((partition) -> other.engine.oldestNeeded(partition) != null));
		slow.remove();
		assertThat(IntStream.range(0, 4).mapToObj(other.engine::oldestNeeded)).containsOnlyNulls();
	}

	@Test
	void serverThatForgotEverythingIsAGapAndTheListenerResumes() {
		KvSubscription subscription = start("one").listen("audit", OPTIONS.startAt(StartAt.LATEST), this.recorder);
		await().until(() -> subscription.getStats().partitions() == 4);
		write(0, 30);
		await().until(() -> this.recorder.size() == 30);
		this.redis.execute("FLUSHALL");
		write(30, 30);
		// what came before the loss was noticed is redelivered
		await().until(() -> Set.copyOf(this.recorder.received()).size() == 60 && !this.recorder.gaps.isEmpty());
		write(60, 1);
		await().until(() -> this.recorder.received().contains("key:4=60"));
	}

	/**
	 * Numbers for 7 keys, so that each key's numbers rise.
	 */
	private void write(int from, int count) {
		IntStream.range(from, from + count)
			.forEach((number) -> this.instances.get(0).template.set("key:" + number % 7, String.valueOf(number)));
	}

	private void assertInOrder(int count) {
		Map<String, Integer> last = new HashMap<>();
		for (KvEvent event : this.recorder.events()) {
			int number = Integer.parseInt(String.valueOf(event.getValue(String.class)));
			assertThat(number).as(event.getKey()).isGreaterThan(last.getOrDefault(event.getKey(), -1));
			last.put(event.getKey(), number);
		}
		assertThat(this.recorder.size()).as("without a fault none comes twice").isEqualTo(count);
	}

	private ListeningInstance start(String id) {
		ListeningInstance instance = ListeningInstance.onRedis(this.redis.connectionFactory(), id, 4, LONG_LEASE);
		this.instances.add(instance);
		return instance;
	}

}
