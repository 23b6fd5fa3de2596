package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When an order has returned, no event begins any more that it forbids: neither in the
 * instance that gave it nor in another one that has the partition.
 */
@Timeout(180)
abstract class ListenerOrdersContractTests {

	private static final int TRIES = 20;

	private static final int PARTITIONS = 2;

	private static final ListenerOptions OPTIONS = ListenerOptions.defaults().batchSize(20).concurrency(3);

	private final List<ListeningInstance> instances = new ArrayList<>();

	private final Recorder recorder = new Recorder();

	private int written;

	/**
	 * An instance that shares the store with those that were created before.
	 */
	abstract ListeningInstance createInstance(String id, int partitions);

	@AfterEach
	void tearDown() {
		this.instances.forEach(ListeningInstance::close);
	}

	@Test
	void afterASeekNothingOfTheOldPlaceBegins() {
		KvSubscription subscription = start(1);
		for (int number = 0; number < TRIES; number++) {
			awaitEventsInFlight();
			subscription.seek(StartPosition.latest());
			assertNothingFollows();
		}
	}

	@Test
	void afterASeekNothingOfTheOldPlaceBeginsInOtherInstances() {
		KvSubscription subscription = start(2);
		for (int number = 0; number < TRIES; number++) {
			awaitEventsInFlight();
			subscription.seek(StartPosition.latest());
			assertNothingFollows();
		}
	}

	@Test
	void afterACheckpointNothingUpToItBegins() {
		KvSubscription subscription = start(1);
		for (int number = 0; number < TRIES; number++) {
			awaitEventsInFlight();
			ends().forEach(subscription::checkpoint);
			assertThat(subscription.getStatus().partitions()).as("the store knows")
				.allSatisfy((partition) -> assertThat(partition.lag()).isZero());
			assertNothingFollows();
		}
	}

	@Test
	void afterACheckpointNothingUpToItBeginsInOtherInstances() {
		KvSubscription subscription = start(2);
		for (int number = 0; number < TRIES; number++) {
			awaitEventsInFlight();
			ends().forEach(subscription::checkpoint);
			assertNothingFollows();
		}
	}

	@Test
	void afterAPauseNothingBegins() {
		afterAPauseNothingBegins(start(1));
	}

	@Test
	void afterAPauseNothingBeginsInOtherInstances() {
		afterAPauseNothingBegins(start(2));
	}

	private void afterAPauseNothingBegins(KvSubscription subscription) {
		for (int number = 0; number < TRIES; number++) {
			awaitEventsInFlight();
			subscription.pause();
			int begun = this.recorder.size();
			await().during(Duration.ofMillis(30)).until(() -> this.recorder.size() == begun);
			subscription.resume();
		}
	}

	@Test
	void afterACloseNothingBegins() {
		for (int number = 0; number < TRIES; number++) {
			KvSubscription subscription = start(1);
			awaitEventsInFlight();
			subscription.close();
			int begun = this.recorder.size();
			await().during(Duration.ofMillis(20)).until(() -> this.recorder.size() == begun);
		}
	}

	@Test
	void afterACloseWhilePausedNothingBeginsEither() throws Exception {
		CountDownLatch goOn = new CountDownLatch(1);
		ListeningInstance instance = createInstance("one", 1);
		this.instances.add(instance);
		KvSubscription subscription = instance.listen("audit", OPTIONS, (event) -> {
			this.recorder.onEvent(event);
			if (event.getKey().equals("key:1")) {
				goOn.await();
			}
		});
		instance.template.set("key:1", "is handled");
		instance.template.set("key:1", "waits behind that");
		instance.template.set("key:2", "was begun");
		await().until(() -> this.recorder.received().size() == 2);
		subscription.pause();
		Thread closing = new Thread(subscription::close);
		closing.start();
		await().until(() -> subscription.getState() == SubscriptionState.STOPPING);
		goOn.countDown();
		closing.join();
		assertThat(this.recorder.received()).containsExactlyInAnyOrder("key:1=is handled", "key:2=was begun");
	}

	@Test
	void afterARemovalNothingBegins() {
		for (int number = 0; number < TRIES; number++) {
			KvSubscription subscription = start(2);
			awaitEventsInFlight();
			subscription.remove();
			int begun = this.recorder.size();
			await().during(Duration.ofMillis(20)).until(() -> this.recorder.size() == begun);
			this.instances.forEach(ListeningInstance::close);
			this.instances.clear();
		}
	}

	@Test
	void whatIsOnItsWayToAHandlerHasBegunWhenACheckpointReturns() throws Exception {
		assertLetThroughBeginsBefore((subscription) -> ends().forEach(subscription::checkpoint));
	}

	@Test
	void whatIsOnItsWayToAHandlerHasBegunWhenASeekReturns() throws Exception {
		assertLetThroughBeginsBefore((subscription) -> subscription.seek(StartPosition.latest()));
	}

	@Test
	void whatIsOnItsWayToAHandlerHasBegunWhenAPauseReturns() throws Exception {
		assertLetThroughBeginsBefore(KvSubscription::pause);
	}

	@Test
	void whatIsOnItsWayToAHandlerHasBegunWhenARemovalReturns() throws Exception {
		assertLetThroughBeginsBefore(KvSubscription::remove);
	}

	/**
	 * As with a value that takes long to decode, the other instance has an event that was
	 * let through and hasn't reached what the application wrote.
	 */
	private void assertLetThroughBeginsBefore(Consumer<KvSubscription> order) throws Exception {
		CountDownLatch arrived = new CountDownLatch(1);
		CountDownLatch returned = new CountDownLatch(1);
		List<KvSubscription> all = start(2, (instance) -> (event) -> {
			if (instance == 1) {
				arrived.countDown();
				returned.await(300, TimeUnit.MILLISECONDS);
				this.recorder.onEvent(event);
			}
		});
		IntStream.range(0, 20).forEach((number) -> template().set("key:" + number, "one"));
		arrived.await();
		order.accept(all.get(0));
		int begun = this.recorder.size();
		returned.countDown();
		await().during(Duration.ofMillis(100)).until(() -> this.recorder.size() == begun);
	}

	@Test
	void listenersSoughtPastTheEndReceiveWhatIsWrittenAtOnceAfter() {
		ListeningInstance instance = createInstance("one", 1);
		this.instances.add(instance);
		List<Recorder> recorders = IntStream.range(0, 8).mapToObj((number) -> new Recorder()).toList();
		List<KvSubscription> subscriptions = IntStream.range(0, 8)
			.mapToObj((number) -> instance.listen("listener-" + number, OPTIONS, recorders.get(number)))
			.toList();
		KvPosition future = new KvPosition(0, System.currentTimeMillis() + 3_600_000, 7);
		for (int number = 0; number < TRIES; number++) {
			instance.template.set("before", String.valueOf(number));
			StartPosition start = (number % 2 == 0) ? StartPosition.at(future) : StartPosition.after(future);
			subscriptions.forEach((subscription) -> subscription.seek(start));
			String value = "after=" + number;
			instance.template.set("after", String.valueOf(number));
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(recorders)
					.allSatisfy((recorder) -> assertThat(recorder.received()).contains(value)));
		}
	}

	private KvSubscription start(int count) {
		return start(count, (instance) -> this::handle).get(0);
	}

	private List<KvSubscription> start(int count, IntFunction<KvEventHandler> handlers) {
		for (int number = this.instances.size(); number < count; number++) {
			this.instances.add(createInstance("number-" + number, PARTITIONS));
		}
		List<KvSubscription> all = IntStream.range(0, this.instances.size())
			.mapToObj((number) -> this.instances.get(number).listen("audit", OPTIONS, handlers.apply(number)))
			.toList();
		await().atMost(Duration.ofSeconds(30))
			.until(() -> all.stream().allMatch((one) -> one.getStats().partitions() == PARTITIONS / count));
		return all;
	}

	/**
	 * Takes its time, so that there are always some that wait.
	 */
	private void handle(KvEvent event) throws Exception {
		this.recorder.onEvent(event);
		if (!event.getKey().equals("marker")) {
			long end = System.nanoTime() + 300_000;
			while (System.nanoTime() < end) {
				Thread.onSpinWait();
			}
		}
	}

	private void awaitEventsInFlight() {
		int begun = this.recorder.size();
		Map<String, String> entries = new LinkedHashMap<>();
		IntStream.range(0, 400).forEach((number) -> entries.put("key:" + number, String.valueOf(this.written++)));
		template().batchSet(entries);
		await().pollInterval(Duration.ofMillis(1)).until(() -> this.recorder.size() > begun + 5);
	}

	private List<KvPosition> ends() {
		return IntStream.range(0, PARTITIONS)
			.mapToObj((partition) -> this.instances.get(0).log.getState(partition).last())
			.toList();
	}

	private void assertNothingFollows() {
		int begun = this.recorder.size();
		String marker = "marker=" + this.written++;
		template().set("marker", marker.substring(7));
		await().atMost(Duration.ofSeconds(20)).until(() -> this.recorder.received().contains(marker));
		assertThat(this.recorder.received().subList(begun, this.recorder.size())).containsOnly(marker);
	}

	private KvTemplate template() {
		return this.instances.get(0).template;
	}

}
