package io.github.kvevents.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.memory.MemoryKvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * The rules that a publisher has to keep.
 */
class WatchPublisherTests {

	private final WatchInstance instance = new WatchInstance(new MemoryKvStore());

	private final RecordingSubscriber subscriber = new RecordingSubscriber();

	private final KvWatch watch = this.instance.watch(WatchOptions.all().bufferSize(1_000));

	@AfterEach
	void close() {
		this.instance.close();
	}

	@Test
	void deliversAsMuchAsWasAskedForOnItsOwnThreads() {
		this.watch.publisher().subscribe(this.subscriber);
		write(5);
		this.subscriber.request(2);
		await().until(() -> this.subscriber.keys().size() == 2);
		this.subscriber.request(1);
		await().until(() -> this.subscriber.keys().size() == 3);
		write(1);
		assertThat(this.subscriber.keys()).containsExactly("k0", "k1", "k2");
		this.subscriber.request(Long.MAX_VALUE);
		this.subscriber.request(Long.MAX_VALUE);
		await().untilAsserted(
				() -> assertThat(this.subscriber.keys()).containsExactly("k0", "k1", "k2", "k3", "k4", "k0"));
		assertThat(this.subscriber.threads).isNotEmpty().allMatch((thread) -> thread.startsWith("kv-watch-"));
		assertThat(this.subscriber.ends).isEmpty();
	}

	@Test
	void completesWhenTheWatchIsClosedAfterWhatItReceived() {
		this.watch.publisher().subscribe(this.subscriber);
		write(2);
		this.watch.close();
		assertThat(this.subscriber.ends).isEmpty();
		this.subscriber.request(2);
		await().untilAsserted(() -> assertThat(this.subscriber.ends).containsExactly("complete"));
		assertThat(this.subscriber.keys()).containsExactly("k0", "k1");
	}

	@Test
	void failsWithTheErrorOfWhatComesBeforeTheBuffer() {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		WatchSession session = new WatchSession(WatchOptions.all(), executor);
		session.setReplaySource(() -> {
			throw new NoClassDefFoundError("on purpose");
		});
		session.publisher().subscribe(this.subscriber);
		this.subscriber.request(1);
		await().untilAsserted(() -> assertThat(this.subscriber.ends).singleElement().asString().contains("NoClassDef"));
		executor.shutdown();
	}

	@Test
	void completesAndFailsWithoutBeingAskedForMore() {
		this.watch.publisher().subscribe(this.subscriber);
		this.watch.close();
		await().untilAsserted(() -> assertThat(this.subscriber.ends).containsExactly("complete"));
		RecordingSubscriber failed = new RecordingSubscriber();
		KvWatch small = this.instance.watch(WatchOptions.prefix("k").bufferSize(3));
		small.publisher().subscribe(failed);
		write(4);
		await().until(() -> this.instance.watches.getOpenCount() == 0);
		assertThat(failed.ends).isEmpty();
		failed.request(3);
		await().untilAsserted(() -> assertThat(failed.ends).hasSize(1));
		assertThat(failed.keys()).containsExactly("k0", "k1", "k2");
		assertThat(failed.ends.get(0)).startsWith("WatchOverflowException");
	}

	@Test
	void refusesAnIllegalRequestAndClosesTheWatch() {
		this.watch.publisher().subscribe(this.subscriber);
		this.subscriber.request(-7);
		await().untilAsserted(() -> assertThat(this.subscriber.ends)
			.containsExactly("IllegalArgumentException: 'n' must be positive but was -7"));
		assertThat(this.watch.isOpen()).isFalse();
		this.subscriber.request(5);
		write(1);
		assertThat(this.subscriber.keys()).isEmpty();
	}

	@Test
	void idleTimeoutEndsAWatchWhoseSubscriberAsksForNothingMore() {
		// so long that a busy machine asks for the event in time
		WatchOptions options = WatchOptions.prefix("k").idleTimeout(Duration.ofMillis(1500));
		RecordingSubscriber waiting = new RecordingSubscriber();
		KvWatch read = this.instance.watch(options);
		read.publisher().subscribe(waiting);
		waiting.request(2);
		KvWatch left = this.instance.watch(options);
		RecordingSubscriber leaving = new RecordingSubscriber();
		left.publisher().subscribe(leaving);
		leaving.request(1);
		write(1);
		await().until(() -> !left.isOpen());
		assertThat(leaving.keys()).containsExactly("k0");
		await().untilAsserted(() -> assertThat(leaving.ends).containsExactly("complete"));
		assertThat(read.isOpen()).isTrue();
		write(1);
		await().until(() -> !read.isOpen());
	}

	@Test
	@Timeout(20)
	void isPresentWhileItWaitsForWhatItAskedForAsAnEventWasPassedOn() {
		CompletableFuture<Thread> passing = new CompletableFuture<>();
		ExecutorService executor = Executors.newSingleThreadExecutor((work) -> {
			Thread thread = new Thread(work);
			passing.complete(thread);
			return thread;
		});
		Duration timeout = Duration.ofMinutes(5);
		WatchSession session = new WatchSession(WatchOptions.all().idleTimeout(timeout), executor);
		session.publisher().subscribe(this.subscriber);
		this.subscriber.request(1);
		Object subscription = this.subscriber.subscription.join();
		// held while the first event is passed on, so that it is when this one is asked
		// for
		synchronized (subscription) {
			session.offer(
					KvEventBuilder.forKey(this, "k", new PlainKvCodec()).value(new byte[] { 1 }).set(KvEventType.SET));
			await().until(() -> passing.join().getState() == Thread.State.BLOCKED);
			this.subscriber.request(1);
		}
		await().until(() -> this.subscriber.keys().size() == 1);
		assertThat(session.reader().presence().left()).isEqualTo(timeout.toNanos());
		this.subscriber.cancel();
		this.subscriber.request(1);
		assertThat(session.reader().presence().left()).as("nobody waits any more").isLessThan(timeout.toNanos());
		executor.shutdown();
	}

	@Test
	void cancellingClosesTheWatchAndIsTheEnd() {
		this.watch.publisher().subscribe(this.subscriber);
		this.subscriber.request(10);
		write(1);
		await().until(() -> this.subscriber.keys().size() == 1);
		this.subscriber.cancel();
		this.subscriber.cancel();
		assertThat(this.watch.isOpen()).isFalse();
		assertThat(this.instance.watches.getOpenCount()).isZero();
		write(3);
		this.subscriber.request(1);
		assertThat(this.subscriber.keys()).hasSize(1);
		assertThat(this.subscriber.ends).isEmpty();
	}

	@Test
	void asksForMoreFromWithinACallWithoutNesting() {
		AtomicInteger depth = new AtomicInteger();
		AtomicInteger deepest = new AtomicInteger();
		CountDownLatch all = new CountDownLatch(1_000);
		RecordingSubscriber greedy = new RecordingSubscriber() {

			@Override
			public void onNext(KvEvent event) {
				deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
				request(1);
				all.countDown();
				depth.decrementAndGet();
			}

		};
		this.watch.publisher().subscribe(greedy);
		greedy.request(1);
		write(1_000);
		await().until(() -> all.getCount() == 0);
		assertThat(deepest).hasValue(1);
	}

	@Test
	void callsOneAfterTheOtherWhicheverThreadAsks() throws Exception {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		CountDownLatch all = new CountDownLatch(1_000);
		RecordingSubscriber serial = new RecordingSubscriber() {

			@Override
			public void onNext(KvEvent event) {
				if (inside.incrementAndGet() > 1) {
					overlaps.incrementAndGet();
				}
				LockSupport.parkNanos(1);
				inside.decrementAndGet();
				all.countDown();
			}

		};
		this.watch.publisher().subscribe(serial);
		ExecutorService callers = Executors.newFixedThreadPool(4);
		try {
			for (int i = 0; i < 1_000; i++) {
				callers.execute(() -> serial.request(1));
			}
			write(1_000);
			assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			callers.shutdownNow();
		}
		assertThat(overlaps).hasValue(0);
	}

	@Test
	void letsASubscriberGoThatThrows() {
		RecordingSubscriber throwing = new RecordingSubscriber() {

			@Override
			public void onNext(KvEvent event) {
				super.onNext(event);
				throw new IllegalStateException("subscriber");
			}

		};
		this.watch.publisher().subscribe(throwing);
		throwing.request(5);
		write(2);
		await().until(() -> !this.watch.isOpen());
		assertThat(throwing.keys()).containsExactly("k0");
		assertThat(throwing.ends).isEmpty();
	}

	@Test
	void takesOneSubscriberAndNoNull() {
		assertThatNullPointerException().isThrownBy(() -> this.watch.publisher().subscribe(missing()));
		this.watch.publisher().subscribe(this.subscriber);
		RecordingSubscriber second = new RecordingSubscriber();
		this.watch.publisher().subscribe(second);
		assertThat(second.ends).singleElement()
			.asString()
			.startsWith("IllegalStateException: The watch is read already");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.watch.poll(Duration.ZERO))
			.withMessageContaining("has a subscriber");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(this.watch::stream);
		this.subscriber.request(1);
		write(1);
		await().until(() -> this.subscriber.keys().size() == 1);
		assertThat(second.keys()).isEmpty();
	}

	@Test
	void isNotForWhoPolls() {
		this.watch.poll(Duration.ZERO);
		this.watch.publisher().subscribe(this.subscriber);
		assertThat(this.subscriber.ends).singleElement().asString().startsWith("IllegalStateException");
		write(1);
		assertThat(this.watch.poll(Duration.ofSeconds(20))).isNotNull();
	}

	@Test
	void replaysToASubscriber() {
		write(600);
		KvWatch replayed = this.instance.watch(WatchOptions.prefix("k").initialReplay());
		replayed.publisher().subscribe(this.subscriber);
		this.subscriber.request(Long.MAX_VALUE);
		await().until(() -> this.subscriber.keys().size() == 600);
		write(1);
		await().until(() -> this.subscriber.keys().size() == 601);
		assertThat(this.subscriber.keys().subList(0, 600)).doesNotHaveDuplicates();
	}

	@Test
	void isAFlux() {
		List<String> keys = new ArrayList<>();
		Flux<KvEvent> flux = JdkFlowAdapter.flowPublisherToFlux(this.watch.publisher());
		write(4);
		flux.map(KvEvent::getKey).take(3).doOnNext(keys::add).blockLast(Duration.ofSeconds(20));
		assertThat(keys).containsExactly("k0", "k1", "k2");
		await().until(() -> !this.watch.isOpen());
	}

	/** What a caller without null checks may pass. */
	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T missing() {
		return null;
	}

	private void write(int count) {
		for (int i = 0; i < count; i++) {
			this.instance.template.set("k" + i, "v" + System.nanoTime());
		}
	}

	/**
	 * Remembers what it was called with.
	 */
	private static class RecordingSubscriber implements Flow.Subscriber<KvEvent> {

		final List<String> threads = new CopyOnWriteArrayList<>();

		final List<String> ends = new CopyOnWriteArrayList<>();

		private final List<String> keys = new CopyOnWriteArrayList<>();

		private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

		void request(long n) {
			this.subscription.join().request(n);
		}

		void cancel() {
			this.subscription.join().cancel();
		}

		List<String> keys() {
			return List.copyOf(this.keys);
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription.complete(subscription);
		}

		@Override
		public void onNext(KvEvent event) {
			this.threads.add(Thread.currentThread().getName());
			this.keys.add(event.getKey());
		}

		@Override
		public void onError(Throwable ex) {
			this.ends.add(ex.getClass().getSimpleName() + ": " + ex.getMessage());
		}

		@Override
		public void onComplete() {
			this.ends.add("complete");
		}

	}

}
