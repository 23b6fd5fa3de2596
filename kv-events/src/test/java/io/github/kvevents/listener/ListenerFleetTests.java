package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.Namespace;

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

	/**
	 * The owner reads anew behind the checkpoint, where it has made an event a dead
	 * letter already.
	 */
	@Test
	void checkpointOfAnotherInstanceMakesNoDeadLetterTwice() {
		CountDownLatch released = new CountDownLatch(1);
		Queue<KvEvent> blocking = new ConcurrentLinkedQueue<>();
		KvEventHandler handler = (event) -> {
			this.recorder.onEvent(event);
			if (event.getKey().startsWith("blocking")) {
				blocking.add(event);
				released.await();
			}
			Assert.state(!event.getKey().startsWith("poison"), "poison");
		};
		ListenerOptions options = OPTIONS.concurrency(2).maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER);
		KvSubscription one = start("one").listen("audit", options, handler);
		KvSubscription two = start("two").listen("audit", options, handler);
		await().until(() -> one.getStats().partitions() == 2 && two.getStats().partitions() == 2);
		KvTemplate template = this.instances.get(0).template;
		template.set("blocking", "v");
		await().until(() -> !blocking.isEmpty());
		KvPosition position = Objects.requireNonNull(blocking.element().getPosition());
		template.set(keyOf("poison", position.partition()), "v");
		await().until(() -> one.getDeadLetters().count() == 1);
		boolean ownedByOne = "one".equals(one.getStatus().partitions().get(position.partition()).owner());
		(ownedByOne ? two : one).checkpoint(position);
		released.countDown();
		template.set(keyOf("behind", position.partition()), "v");
		await().until(() -> one.getStatus().partitions().get(position.partition()).lag() == 0);
		assertThat(this.recorder.events()).extracting(KvEvent::getKey)
			.satisfiesOnlyOnce((key) -> assertThat(key).startsWith("poison"))
			.satisfiesOnlyOnce((key) -> assertThat(key).startsWith("behind"));
		assertThat(one.getDeadLetters().count()).isEqualTo(1);
	}

	private String keyOf(String prefix, int partition) {
		Namespace namespace = this.instances.get(0).log.getSettings().namespace();
		return IntStream.range(0, 1000)
			.mapToObj((number) -> prefix + number)
			.filter((key) -> namespace.partitionOf(key) == partition)
			.findFirst()
			.orElseThrow();
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
