package io.github.kvevents.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.redis.expiry.RecordingDispatcher;
import io.github.kvevents.redis.notification.TestBridge;
import io.github.kvevents.store.ExpiringStore;
import io.github.kvevents.store.ExpiringStore.DeadlineSummary;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.ExpiringStore.ExpiryListener;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class StoreExpiryPublisherTests {

	private static final Instant DEADLINE = Instant.parse("2031-05-06T07:08:09.123Z");

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private final Queue<KvExpiredEvent> heard = new ConcurrentLinkedQueue<>();

	private final ListenerOnly store = new ListenerOnly();

	private @Nullable StoreExpiryPublisher publisher;

	@AfterEach
	void stop() {
		if (this.publisher != null) {
			this.publisher.stop();
		}
		TestBridge.awaitNoThreads("kv-expiry-dispatch-");
	}

	@Test
	void publishesLastValueDeadlineAndLateness() {
		start(2, 5);
		this.store.expire(new ExpiredKey("order:1", bytes("last"), DEADLINE, Duration.ofMillis(7)));
		await().untilAsserted(() -> assertThat(this.dispatcher.events()).singleElement().satisfies((event) -> {
			assertThat(event.getKey()).isEqualTo("order:1");
			assertThat(event.getRawPreviousValue()).isEqualTo(bytes("last"));
			assertThat(event.getRawValue()).isNull();
			assertThat(event.getDeadline()).isEqualTo(DEADLINE);
			assertThat(event.getOccurredAt()).isEqualTo(DEADLINE);
			assertThat(event.getLateness()).isEqualTo(Duration.ofMillis(7));
			assertThat(event.getDetectedBy()).isEqualTo(KvExpirySource.TRACKING);
			assertThat(event.getOrigin()).isEqualTo("instance-9");
		}));
		assertThat(this.dispatcher.threads()).containsExactly("kv-expiry-dispatch-1");
	}

	@Test
	void publishesKeysThatExpireInMemory() {
		MemoryKvStore memory = new MemoryKvStore();
		memory.start();
		StoreExpiryPublisher publisher = new StoreExpiryPublisher(TrackingMode.AUTO, memory, this.dispatcher,
				mock(KvCodec.class), "me", 3, 10, Duration.ofSeconds(5), this.heard::add);
		publisher.start();
		for (int number = 0; number < 500; number++) {
			memory.set(new StoreWrite("key:" + number, bytes("v" + number), StoreWrite.Condition.ALWAYS,
					Duration.ofMillis(1 + number % 50), null, false));
		}
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).hasSize(500).doesNotHaveDuplicates());
		assertThat(this.dispatcher.threads()).allMatch((name) -> name.matches("kv-expiry-dispatch-[123]"));
		memory.stop();
		publisher.stop();
	}

	@Test
	void reportsItsActivityAndTheStatusOfTheStore() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		StoreExpiryPublisher publisher = start(1, 5);
		this.store.expire(expired("a"));
		this.store.expire(expired("b"));
		assertThat(publisher.getStatus()).isEqualTo(new TrackingStatus(List
			.of(new TrackingStatus.Partition(7, 2, DEADLINE, Duration.ofSeconds(3), null, 0, Map.of("instance-9", 2L))),
				null));
		assertThat(publisher.getActivity())
			.isEqualTo(new TrackingActivity(TrackingMode.ALL, TrackingActivity.State.TRACKING, 0, 0, 0));
		released.countDown();
		await().until(() -> publisher.getStatus().pending() == 0);
		assertThat(publisher.getActivity().delivered()).isEqualTo(2);
		assertThat(this.heard).extracting(KvExpiredEvent::getKey).containsExactly("a", "b");
		publisher.stop();
		assertThat(publisher.getActivity().state()).isEqualTo(TrackingActivity.State.OFF);
	}

	@Test
	void letsTheStoreWaitInsteadOfDropping() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		start(1, 2);
		AtomicInteger told = new AtomicInteger();
		Thread delivery = new Thread(() -> IntStream.range(0, 50).forEach((number) -> {
			this.store.expire(expired("key:" + number));
			told.incrementAndGet();
		}));
		delivery.start();
		await().until(() -> told.get() == 3);
		await().during(Duration.ofMillis(300)).until(() -> told.get() == 3 && delivery.isAlive());
		released.countDown();
		await().untilAsserted(() -> assertThat(this.dispatcher.keys())
			.containsExactlyElementsOf(IntStream.range(0, 50).mapToObj((number) -> "key:" + number).toList()));
	}

	@Test
	void saysWhatItDoesWhileAStopWaitsForAHook() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		StoreExpiryPublisher publisher = start(1, 5);
		this.store.expire(expired("a"));
		await().until(() -> !this.dispatcher.threads().isEmpty());
		Thread stopping = new Thread(publisher::stop);
		stopping.start();
		await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		FutureTask<TrackingActivity> activity = new FutureTask<>(publisher::getActivity);
		new Thread(activity).start();
		try {
			assertThat(activity.get(20, TimeUnit.SECONDS).state()).isEqualTo(TrackingActivity.State.OFF);
		}
		finally {
			released.countDown();
			stopping.join();
		}
	}

	@Test
	void hangingHookDelaysTheStopNoLongerThanTheTimeout() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		StoreExpiryPublisher publisher = new StoreExpiryPublisher(TrackingMode.AUTO, this.store, this.dispatcher,
				mock(KvCodec.class), "me", 1, 10, Duration.ofMillis(300), this.heard::add);
		publisher.start();
		this.store.expire(expired("a"));
		this.store.expire(expired("b"));
		await().until(() -> !this.dispatcher.threads().isEmpty());
		long start = System.nanoTime();
		publisher.stop();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300),
				Duration.ofSeconds(3));
		released.countDown();
	}

	@Test
	void otherKeysAreDispatchedBesideASlowHook() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> {
			if (event.getKey().equals("slow")) {
				awaitUninterruptibly(released);
			}
		});
		start(2, 5);
		this.store.expire(expired("slow"));
		this.store.expire(expired("quick"));
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("quick"));
		released.countDown();
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("quick", "slow"));
	}

	@Test
	void doesNotWaitForItselfWhenAHookLetsKeysExpire() {
		this.dispatcher.hook((event) -> {
			if (event.getKey().equals("first")) {
				IntStream.range(0, 10).forEach((number) -> this.store.expire(expired("next:" + number)));
			}
		});
		start(1, 1);
		this.store.expire(expired("first"));
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).hasSize(11));
	}

	@Test
	void publishesQueuedExpiriesWhenItStops() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		StoreExpiryPublisher publisher = start(1, 5);
		List.of("one", "two", "three").forEach((key) -> this.store.expire(expired(key)));
		new Thread(() -> {
			await().until(() -> this.store.listener == null);
			released.countDown();
		}).start();
		publisher.stop();
		assertThat(this.dispatcher.keys()).containsExactly("one", "two", "three");
		assertThat(publisher.isRunning()).isFalse();
	}

	@Test
	void countsExpiriesDroppedBehindAHangingHookAndLeavesNoThread(CapturedOutput output) {
		CountDownLatch never = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(never));
		StoreExpiryPublisher publisher = start(1, 5, Duration.ofMillis(200));
		List.of("secret-1", "secret-2", "secret-3").forEach((key) -> this.store.expire(expired(key)));
		await().until(() -> !this.dispatcher.threads().isEmpty());
		publisher.stop();
		TestBridge.awaitNoThreads("kv-expiry-dispatch-");
		assertThat(this.dispatcher.events()).isEmpty();
		assertThat(output).contains(
				"Stopped before 2 expiries were dispatched: hooks were not done within the shutdown timeout of PT0.2S")
			.doesNotContain("a value");
	}

	@Test
	void logsWhyExpiriesBehindAHookThatStopsItWereDropped(CapturedOutput output) throws Exception {
		CountDownLatch queued = new CountDownLatch(1);
		CountDownLatch stopped = new CountDownLatch(1);
		this.dispatcher.hook((event) -> {
			awaitUninterruptibly(queued);
			Objects.requireNonNull(this.publisher).stop();
			stopped.countDown();
		});
		start(2, 5);
		List.of("a", "a", "a").forEach((key) -> this.store.expire(expired(key)));
		queued.countDown();
		stopped.await();
		assertThat(output)
			.contains("Stopped before 2 expiries were dispatched: a hook stops the application while it handles")
			.doesNotContain("timeout");
	}

	@Test
	void logsThatItWasInterrupted(CapturedOutput output) {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		StoreExpiryPublisher publisher = start(1, 5);
		List.of("a", "b").forEach((key) -> this.store.expire(expired(key)));
		await().until(() -> !this.dispatcher.threads().isEmpty());
		Thread.currentThread().interrupt();
		publisher.stop();
		assertThat(Thread.interrupted()).isTrue();
		released.countDown();
		assertThat(output).contains("Stopped before 1 expiries were dispatched: the shutdown was interrupted")
			.doesNotContain("timeout");
	}

	@Test
	void queuesNothingWithoutReceivers() {
		this.dispatcher.heard(false);
		start(1, 1);
		IntStream.range(0, 10).forEach((number) -> this.store.expire(expired("unheard")));
		this.dispatcher.heard(true);
		this.store.expire(expired("heard"));
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("heard"));
	}

	@Test
	void publishesNothingWhenTrackingIsOff() {
		StoreExpiryPublisher publisher = new StoreExpiryPublisher(TrackingMode.OFF, this.store, this.dispatcher,
				mock(KvCodec.class), "instance-9", 2, 5, Duration.ofSeconds(30), this.heard::add);
		publisher.start();
		assertThat(this.store.listener).isNull();
		assertThat(publisher.isRunning()).isFalse();
		assertThat(publisher.getActivity())
			.isEqualTo(new TrackingActivity(TrackingMode.OFF, TrackingActivity.State.OFF, 0, 0, 0));
		publisher.stop();
	}

	@Test
	void namesTheInvalidArgument() {
		assertThatIllegalArgumentException().isThrownBy(() -> start(0, 1))
			.withMessage("'threads' must be positive but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> start(1, -4))
			.withMessage("'queueCapacity' must be positive but was -4");
	}

	private StoreExpiryPublisher start(int threads, int queueCapacity) {
		return start(threads, queueCapacity, Duration.ofSeconds(30));
	}

	private StoreExpiryPublisher start(int threads, int queueCapacity, Duration shutdownTimeout) {
		StoreExpiryPublisher publisher = new StoreExpiryPublisher(TrackingMode.ALL, this.store, this.dispatcher,
				mock(KvCodec.class), "instance-9", threads, queueCapacity, shutdownTimeout, this.heard::add);
		publisher.start();
		this.publisher = publisher;
		return publisher;
	}

	private static ExpiredKey expired(String key) {
		return new ExpiredKey(key, bytes("a value"), DEADLINE, Duration.ZERO);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A store whose keys expire on request of a test.
	 */
	private static final class ListenerOnly implements ExpiringStore {

		private volatile @Nullable ExpiryListener listener;

		@Override
		public void setExpiryListener(@Nullable ExpiryListener listener) {
			this.listener = listener;
		}

		@Override
		public DeadlineSummary summarizeDeadlines() {
			return new DeadlineSummary(7, 2, DEADLINE, Duration.ofSeconds(3));
		}

		void expire(ExpiredKey key) {
			ExpiryListener listener = this.listener;
			if (listener != null) {
				listener.onExpired(key);
			}
		}

	}

}
