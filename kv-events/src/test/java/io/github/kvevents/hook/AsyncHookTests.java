package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.fixture.CloseProbe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Asynchronous hooks: order per key, bounded queues, shutdown.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class AsyncHookTests {

	private final ExecutorService writers = Executors.newCachedThreadPool();

	private final CountDownLatch gate = new CountDownLatch(1);

	private final List<String> dropped = Collections.synchronizedList(new ArrayList<>());

	private HookEngine engine = engine(HookSettings.defaults());

	@AfterEach
	void stop() {
		this.gate.countDown();
		this.writers.shutdownNow();
		this.engine.stop();
	}

	private HookEngine engine(HookSettings settings) {
		HookEngine built = HookEngine.builder()
			.settings(settings.shutdownTimeout(Duration.ofSeconds(10)))
			.dropListener(this.dropped::add)
			.build();
		built.start();
		return built;
	}

	@Test
	void eventsOfAKeyArriveInTheOrderInWhichTheyWereAppliedAndNoneIsLost() throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(37));
		MapStore store = new MapStore(this.engine);
		Map<String, Integer> last = new ConcurrentHashMap<>();
		AtomicLong outOfOrder = new AtomicLong();
		AtomicLong received = new AtomicLong();
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().events(KvEventType.SET).async(), (event) -> {
				Integer previous = last.put(event.getKey(), event.getValue(Integer.class));
				Integer applied = event.getPreviousValue(Integer.class);
				if (!Objects.equals(previous, applied)) {
					outOfOrder.incrementAndGet();
				}
				received.incrementAndGet();
			});
		write(store, 8, 12_500, 100);
		await().atMost(Duration.ofSeconds(60)).until(() -> received.get() == 100_000);
		assertThat(outOfOrder).hasValue(0);
		assertThat(last).hasSize(100)
			.allSatisfy((key, value) -> assertThat(value).isEqualTo(store.get(key, Integer.class)));
		assertThat(hook.getStats().dropped()).isZero();
		assertThat(hook.getStats().invocations()).isEqualTo(100_000);
	}

	@Test
	void failureOfTheJvmIsLoggedAndCountedAndTheQueueContinues(CapturedOutput output) {
		List<String> handled = Collections.synchronizedList(new ArrayList<>());
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("unlucky").async(), (event) -> {
				handled.add(event.getKey());
				if (event.getKey().equals("first")) {
					throw new OutOfMemoryError("on purpose");
				}
			});
		MapStore store = new MapStore(this.engine);
		store.set("first", 1);
		store.set("second", 2);
		await().untilAsserted(() -> assertThat(handled).contains("first", "second"));
		await().untilAsserted(() -> assertThat(hook.getStats().failures()).isOne());
		assertThat(hook.getStats().lastError()).isEqualTo(OutOfMemoryError.class.getName());
		await().untilAsserted(() -> assertThat(output).contains("A hook failed for 'first'"));
	}

	@ParameterizedTest
	@EnumSource(value = KvOverflow.class, names = { "DROP_NEWEST", "DROP_OLDEST" })
	void everyDropIsCountedAndOrderHoldsAllTheSame(KvOverflow overflow) throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(20).overflow(overflow));
		LongAdder delivered = new LongAdder();
		Map<String, Integer> last = new ConcurrentHashMap<>();
		AtomicLong outOfOrder = new AtomicLong();
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("slow").async(), (event) -> {
				// each writer counts up under the lock of the key, so values rise in the
				// order applied
				Integer seen = last.put(event.getKey(), event.getValue(Integer.class));
				if (seen != null && seen >= Objects.requireNonNull(event.getValue(Integer.class))) {
					outOfOrder.incrementAndGet();
				}
				Thread.onSpinWait();
				delivered.increment();
			});
		countUp(8, 2_500, 10);
		await().until(() -> hook.getStats().inFlight() == 0 && delivered.sum() + hook.getStats().dropped() == 20_000);
		assertThat(outOfOrder).hasValue(0);
		assertThat(hook.getStats().dropped()).isPositive().isEqualTo(this.dropped.size());
		assertThat(this.dropped).containsOnly("slow");
	}

	@Test
	void dropOldestDropsExactlyTheOldest() throws Exception {
		assertThat(deliveredOutOfTen(KvOverflow.DROP_OLDEST)).containsExactly(0, 7, 8, 9);
	}

	@Test
	void dropNewestDropsExactlyTheNewest() throws Exception {
		assertThat(deliveredOutOfTen(KvOverflow.DROP_NEWEST)).containsExactly(0, 1, 2, 3);
	}

	private List<Integer> deliveredOutOfTen(KvOverflow overflow) throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(3).concurrency(1).overflow(overflow));
		MapStore store = new MapStore(this.engine);
		BlockingQueue<Integer> delivered = new LinkedBlockingQueue<>();
		CountDownLatch busy = new CountDownLatch(1);
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			delivered.add(event.getValue(Integer.class));
		});
		store.set("k0", 0);
		busy.await();
		for (int number = 1; number < 10; number++) {
			store.set("k" + (number % 2), number);
		}
		this.gate.countDown();
		await().until(() -> delivered.size() == 4);
		assertThat(hook.getStats().dropped()).isEqualTo(6);
		return delivered.stream().sorted().toList();
	}

	@Test
	void writerWaitsForRoomWithBlock() throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(1).concurrency(1));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		CountDownLatch busy = new CountDownLatch(1);
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			delivered.incrementAndGet();
		});
		store.set("a", 1);
		busy.await();
		store.set("b", 2);
		AtomicInteger applied = new AtomicInteger();
		Thread writer = new Thread(() -> {
			store.set("c", 3);
			applied.incrementAndGet();
		});
		writer.start();
		await().until(() -> writer.getState() == Thread.State.WAITING);
		assertThat(store.get("c", Integer.class)).as("waits before the operation").isNull();
		this.gate.countDown();
		writer.join();
		await().until(() -> delivered.get() == 3);
		assertThat(applied).hasValue(1);
	}

	@Test
	void interruptedWriterGoesPastTheFullQueueAndKeepsItsFlag() throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(1).concurrency(1));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		CountDownLatch busy = new CountDownLatch(1);
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			delivered.incrementAndGet();
		});
		store.set("a", 1);
		busy.await();
		store.set("b", 2);
		Future<Boolean> flag = this.writers.submit(() -> {
			Thread.currentThread().interrupt();
			store.set("c", 3);
			return Thread.interrupted();
		});
		assertThat(flag.get()).isTrue();
		this.gate.countDown();
		await().until(() -> delivered.get() == 3);
	}

	@Test
	void batchLargerThanTheQueueDoesNotHang() {
		this.engine = engine(HookSettings.defaults().queueCapacity(5));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> delivered.incrementAndGet());
		Map<String, Integer> batch = new LinkedHashMap<>();
		for (int number = 0; number < 200; number++) {
			batch.put("k" + number, number);
		}
		store.setAll(batch);
		await().until(() -> delivered.get() == 200);
	}

	@Test
	void hookThatWritesIsNotBlockedByItsOwnFullQueue() {
		this.engine = engine(HookSettings.defaults().queueCapacity(1).concurrency(1));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			delivered.incrementAndGet();
			if (event.getKey().equals("first")) {
				for (int number = 0; number < 50; number++) {
					store.set("more" + number, number);
				}
			}
		});
		store.set("first", 1);
		await().until(() -> delivered.get() == 51);
	}

	@Test
	void timedHookInsideOfAnAsyncHookIsNotBlockedEither() {
		this.engine = engine(HookSettings.defaults().queueCapacity(1).concurrency(1));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults().async().filter(KeyFilter.prefix("a")), (event) -> {
			delivered.incrementAndGet();
			if (event.getKey().equals("a")) {
				store.set("timed", 1);
			}
		});
		KvHookRegistration timed = this.engine.getRegistry()
			.register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)).filter(KeyFilter.prefix("timed")),
					(event) -> {
						for (int number = 0; number < 20; number++) {
							store.set("a" + number, number);
						}
					});
		store.set("a", 1);
		await().until(() -> delivered.get() == 21);
		assertThat(timed.getStats().timeouts()).isZero();
	}

	@Test
	void racingWritersAndWritingHooksDoNotDeadlock() throws Exception {
		this.engine = engine(HookSettings.defaults().queueCapacity(3).concurrency(2));
		MapStore store = new MapStore(this.engine);
		LongAdder delivered = new LongAdder();
		for (String prefix : List.of("a", "b")) {
			String other = prefix.equals("a") ? "b" : "a";
			this.engine.getRegistry()
				.register(KvHookOptions.defaults().async().filter(KeyFilter.prefix(prefix)), (event) -> {
					delivered.increment();
					if (!event.getKey().endsWith("!")) {
						store.setAll(Map.of(other + "x!", 1, prefix + "y!", 2));
					}
				});
		}
		List<Future<?>> results = new ArrayList<>();
		for (int writer = 0; writer < 6; writer++) {
			String own = "w" + writer;
			results.add(this.writers.submit(() -> {
				for (int number = 0; number < 300; number++) {
					store.setAll(Map.of("a" + own, number, "b" + own, number, "b" + number, number));
				}
			}));
		}
		for (Future<?> result : results) {
			result.get(60, TimeUnit.SECONDS);
		}
		await().atMost(Duration.ofSeconds(60)).until(() -> delivered.sum() == 6 * 300 * 3 * 3);
	}

	@Test
	void hookThatHangsDelaysNoOther() {
		this.engine = engine(HookSettings.defaults().concurrency(2).maxAsyncThreads(4));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> this.gate.await());
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> delivered.incrementAndGet());
		for (int number = 0; number < 100; number++) {
			store.set("k" + number, number);
		}
		await().until(() -> delivered.get() == 100);
	}

	@Test
	void hookThatThrowsReceivesTheNextEvent() {
		MapStore store = new MapStore(this.engine);
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			throw new NoClassDefFoundError("missing");
		});
		store.set("a", 1);
		store.set("a", 2);
		KvHookError first = hook.getErrors().poll(Duration.ofSeconds(10));
		assertThat(first).isNotNull();
		assertThat(first.cause()).isInstanceOf(NoClassDefFoundError.class);
		assertThat(hook.getErrors().poll(Duration.ofSeconds(10))).isNotNull();
		await().until(() -> hook.getStats().failures() == 2);
		assertThat(hook.getStats().lastError()).isEqualTo("java.lang.NoClassDefFoundError");
	}

	@Test
	void noCallBeginsOnceCloseHasReturned() throws Exception {
		this.engine = engine(HookSettings.defaults().concurrency(1));
		MapStore store = new MapStore(this.engine);
		CloseProbe probe = new CloseProbe();
		AtomicInteger calls = new AtomicInteger();
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			calls.incrementAndGet();
			probe.call();
		});
		store.set("a", 1);
		store.set("a", 2);
		probe.close(hook);
		assertThat(calls).hasValue(1);
		assertThat(hook.getStats().dropped()).isEqualTo(1);
	}

	@Test
	void closedHookDropsAndCountsWhatItHadInItsQueue() throws Exception {
		this.engine = engine(HookSettings.defaults().concurrency(1));
		MapStore store = new MapStore(this.engine);
		CountDownLatch busy = new CountDownLatch(1);
		AtomicInteger ended = new AtomicInteger();
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("closing").async(), (event) -> {
				busy.countDown();
				this.gate.await();
				ended.incrementAndGet();
			});
		store.set("a", 1);
		busy.await();
		store.set("a", 2);
		store.set("b", 3);
		hook.close();
		hook.close();
		store.set("a", 4);
		this.gate.countDown();
		await().until(() -> ended.get() == 1);
		assertThat(hook.getStats().dropped()).isEqualTo(2);
		assertThat(this.dropped).containsExactly("closing", "closing");
		assertThat(this.engine.getRegistry().find("closing")).isEmpty();
	}

	@Test
	void disabledHookStillGetsWhatIsQueued() throws Exception {
		this.engine = engine(HookSettings.defaults().concurrency(1));
		MapStore store = new MapStore(this.engine);
		CountDownLatch busy = new CountDownLatch(1);
		BlockingQueue<Integer> delivered = new LinkedBlockingQueue<>();
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			delivered.add(event.getValue(Integer.class));
		});
		store.set("a", 1);
		busy.await();
		store.set("a", 2);
		hook.setEnabled(false);
		store.set("a", 3);
		this.gate.countDown();
		await().until(() -> delivered.size() == 2);
		hook.setEnabled(true);
		store.set("a", 4);
		await().until(() -> delivered.size() == 3);
		assertThat(delivered).containsExactly(1, 2, 4);
	}

	@Test
	void stopDrainsTheQueue() throws Exception {
		MapStore store = new MapStore(this.engine);
		CountDownLatch busy = new CountDownLatch(1);
		AtomicInteger delivered = new AtomicInteger();
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			delivered.incrementAndGet();
		});
		for (int number = 0; number < 500; number++) {
			store.set("k" + number, number);
		}
		busy.await();
		Thread stopping = new Thread(this.engine::stop);
		stopping.start();
		await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		store.set("late", 1);
		assertThat(hook.getStats().dropped()).isEqualTo(1);
		this.gate.countDown();
		stopping.join();
		assertThat(delivered).hasValue(500);
		assertThat(this.engine.isRunning()).isFalse();
		this.engine.start();
		store.set("again", 1);
		await().until(() -> delivered.get() == 501);
	}

	@Test
	void stopCountsWhatItCouldNotDrain(CapturedOutput output) throws Exception {
		HookEngine impatient = HookEngine.builder()
			.settings(HookSettings.defaults().concurrency(1).shutdownTimeout(Duration.ofMillis(20)))
			.build();
		impatient.start();
		MapStore store = new MapStore(impatient);
		CountDownLatch interrupted = new CountDownLatch(1);
		CountDownLatch busy = new CountDownLatch(1);
		KvHookRegistration hook = impatient.getRegistry()
			.register(KvHookOptions.defaults().id("hangs").async(), (event) -> {
				try {
					busy.countDown();
					this.gate.await();
				}
				catch (InterruptedException ex) {
					interrupted.countDown();
				}
			});
		store.set("a", 1);
		busy.await();
		store.set("a", 2);
		CompletionStage<Void> delivery = impatient.getDispatcher().deliver(MapStore.event("b").expiredByNotification());
		impatient.stop();
		assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(delivery.toCompletableFuture()).as("an expiry that no hook received must be redelivered")
			.isCompletedExceptionally();
		assertThat(hook.getStats().dropped()).isEqualTo(2);
		assertThat(output).contains("Hook 'hangs' was not done within the shutdown timeout of PT0.02S: 2 queued");
	}

	@Test
	void stopThatIsInterruptedBlamesNoTimeoutAndNoHookThatIsIdle(CapturedOutput output) throws Exception {
		CountDownLatch busy = new CountDownLatch(1);
		this.engine.getRegistry().register(KvHookOptions.defaults().id("busy").async(), (event) -> {
			busy.countDown();
			this.gate.await();
		});
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("idle").filter(KeyFilter.prefix("other")).async(), (event) -> {
			});
		new MapStore(this.engine).set("a", 1);
		busy.await();
		Thread.currentThread().interrupt();
		this.engine.stop();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(output).contains("Hook 'busy' was not done when the shutdown was interrupted: 0 queued")
			.doesNotContain("shutdown timeout")
			.doesNotContain("'idle'");
	}

	@Test
	void deliverCompletesWhenAsyncHooksAreDone() throws Exception {
		CountDownLatch busy = new CountDownLatch(1);
		AtomicInteger synchronous = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> synchronous.incrementAndGet());
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
			throw new IllegalStateException();
		});
		KvEvent event = MapStore.event("a").expiredByNotification();
		CompletionStage<Void> done = this.engine.getDispatcher().deliver(event);
		busy.await();
		assertThat(synchronous).hasValue(1);
		assertThat(done.toCompletableFuture()).isNotDone();
		this.gate.countDown();
		assertThat(done.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
	}

	@Test
	void failureOfTheJvmInAHookLeavesADeliveryToTheOthers(CapturedOutput output) throws Exception {
		CountDownLatch busy = new CountDownLatch(1);
		AtomicInteger others = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> {
			throw new InternalError("from the test");
		});
		this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> others.incrementAndGet());
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			busy.countDown();
			this.gate.await();
		});
		CompletionStage<Void> done = this.engine.getDispatcher().deliver(MapStore.event("a").expiredByNotification());
		busy.await();
		assertThat(others).hasValue(1);
		assertThat(done.toCompletableFuture()).isNotDone();
		this.gate.countDown();
		assertThat(done.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
		assertThat(output).containsOnlyOnce("A hook failed for 'a'");
	}

	@Test
	void deliverCompletesWhenNobodyListensOrTheEventIsDropped() throws Exception {
		assertThat(this.engine.getDispatcher().deliver(MapStore.setEvent("a", 1)).toCompletableFuture()).isDone();
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().async(), (event) -> this.gate.await());
		this.engine.getDispatcher().deliver(MapStore.setEvent("a", 1));
		CompletionStage<Void> dropped = this.engine.getDispatcher().deliver(MapStore.setEvent("a", 2));
		assertThat(dropped.toCompletableFuture()).isNotDone();
		hook.close();
		assertThat(dropped.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
	}

	@Test
	void mdcFollowsAndIsGoneAfterwards() throws Exception {
		this.engine = engine(HookSettings.defaults().maxAsyncThreads(1));
		MapStore store = new MapStore(this.engine);
		BlockingQueue<String> seen = new LinkedBlockingQueue<>();
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			seen.add(Thread.currentThread().getName() + " " + MDC.getCopyOfContextMap());
			MDC.put("hook", "left behind");
		});
		MDC.put("request", "r-17");
		try {
			store.set("a", 1);
		}
		finally {
			MDC.clear();
		}
		String first = seen.poll(20, TimeUnit.SECONDS);
		assertThat(first).endsWith(" {request=r-17}");
		// a thread that never had an MDC: there is nothing that could be set over the old
		Thread writer = new Thread(() -> store.set("a", 2));
		writer.start();
		writer.join();
		assertThat(seen.poll(20, TimeUnit.SECONDS)).startsWith(first.substring(0, first.indexOf(' ')))
			.doesNotContain("r-17", "left behind");
	}

	@Test
	void reservedRoomIsGivenBackWhenNothingHappened() {
		this.engine = engine(HookSettings.defaults().queueCapacity(1));
		MapStore store = new MapStore(this.engine);
		AtomicInteger delivered = new AtomicInteger();
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> delivered.incrementAndGet());
		for (int number = 0; number < 5; number++) {
			store.delete("absent");
			assertThatIllegalStateException()
				.isThrownBy(() -> this.engine.getDispatcher().dispatch(KvEventType.SET, "a", (events) -> {
					throw new IllegalStateException("Redis is away");
				}));
		}
		store.set("a", 1);
		await().until(() -> delivered.get() == 1);
	}

	private void countUp(int threads, int writes, int keys) throws Exception {
		Map<String, Integer> counters = new ConcurrentHashMap<>();
		List<Future<?>> results = new ArrayList<>();
		for (int thread = 0; thread < threads; thread++) {
			results.add(this.writers.submit(() -> {
				for (int write = 0; write < writes; write++) {
					String key = "key" + (write % keys);
					this.engine.getDispatcher()
						.dispatch(KvEventType.SET, key, (events) -> events
							.accept(MapStore.setEvent(key, counters.merge(key, 1, Integer::sum))));
				}
			}));
		}
		for (Future<?> result : results) {
			result.get(90, TimeUnit.SECONDS);
		}
	}

	private void write(MapStore store, int threads, int writes, int keys) throws Exception {
		AtomicInteger numbers = new AtomicInteger();
		List<Future<?>> results = new ArrayList<>();
		for (int thread = 0; thread < threads; thread++) {
			results.add(this.writers.submit(() -> {
				for (int write = 0; write < writes; write++) {
					int number = numbers.incrementAndGet();
					store.set("key" + (write % keys), number);
				}
			}));
		}
		for (Future<?> result : results) {
			result.get(90, TimeUnit.SECONDS);
		}
	}

}
