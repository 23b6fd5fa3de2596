package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.fixture.Interleavings;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.RetryingExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

/**
 * The workers of a queue against those who fill it, in every order in which they can take
 * the queue's lock.
 */
@Timeout(600)
class QueueWorkersTests {

	private static final KvCodec CODEC = new JsonKvCodec(JsonMapper.builder().build());

	private static final CallerContext CALLER = CallerContext.capture(ObservationRegistry.NOOP);

	@ParameterizedTest
	@CsvSource({ "1, a b c", "1, a a b", "2, a a", "2, a b", "2, a a b", "3, a b c", "64, a b" })
	void eventOfOneWriterIsHandledInEveryOrder(int concurrency, String keys) {
		int orders = Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, concurrency, keys.length() <= 3);
			run.start(() -> scenario.write(keys.split(" ")));
			return () -> {
				scenario.check();
				scenario.checkOrder();
			};
		});
		assertThat(orders).isGreaterThanOrEqualTo(10);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void eventsOfTwoWritersAreHandledInEveryOrder(int concurrency) {
		int orders = Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, concurrency, false);
			run.start(() -> scenario.write("a", "b"));
			run.start(() -> scenario.write("a"));
			return scenario::check;
		});
		assertThat(orders).isGreaterThan(10);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 5, 64 })
	void manyEventsOfManyWritersAreHandled(int concurrency) {
		// more events than a worker handles in a turn
		String[] keys = IntStream.range(0, 50).mapToObj((i) -> "k" + (i % 7)).toArray(String[]::new);
		Interleavings.some(100, (run) -> {
			Scenario scenario = new Scenario(run, concurrency, true);
			for (int writer = 0; writer < 3; writer++) {
				run.start(() -> scenario.write(keys));
			}
			return scenario::check;
		});
	}

	@Test
	void eventIsHandledOnceAThreadIsToBeHadAgain() {
		ExecutorService pool = Executors.newCachedThreadPool();
		AtomicInteger refusals = new AtomicInteger(3);
		Executor scarce = (task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new OutOfMemoryError("unable to create native thread (on purpose)");
			}
			pool.execute(task);
		};
		List<String> handled = Collections.synchronizedList(new ArrayList<>());
		HookQueue queue = new HookQueue(HookSettings.defaults().concurrency(1), new RetryingExecutor(scarce),
				() -> true, new RecordingHandler(handled));
		try {
			queue.offer(event("a", 0));
			await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(handled).containsExactly("a0"));
			assertThat(refusals).hasNegativeValue();
			queue.offer(event("a", 1));
			await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(handled).containsExactly("a0", "a1"));
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void workerThatCouldNotBeStartedLeavesItsPlaceToTheNext() {
		List<String> handled = new ArrayList<>();
		List<Runnable> started = new ArrayList<>();
		AtomicInteger refusals = new AtomicInteger(1);
		HookQueue queue = new HookQueue(HookSettings.defaults().concurrency(1), (task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new OutOfMemoryError("on purpose");
			}
			started.add(task);
		}, () -> true, new RecordingHandler(handled));
		// the thread that brings it has further hooks to bring it to
		assertThatNoException().isThrownBy(() -> queue.offer(event("a", 0)));
		queue.offer(event("b", 1));
		assertThat(started).hasSize(1);
		started.remove(0).run();
		assertThat(handled).containsExactly("a0", "b1");
	}

	@Test
	void eventsBehindAFailureOfTheJvmAreHandled() {
		List<String> handled = new ArrayList<>();
		List<Runnable> started = new ArrayList<>();
		HookQueue queue = new HookQueue(HookSettings.defaults().concurrency(1), started::add, () -> true,
				new RecordingHandler(handled) {

					@Override
					public void run(QueuedEvent item) {
						super.run(item);
						if (handled.size() == 1) {
							throw new StackOverflowError("on purpose");
						}
					}

				});
		queue.offer(event("a", 0));
		queue.offer(event("a", 1));
		assertThat(started).hasSize(1);
		CompletableFuture<Void> first = CompletableFuture.runAsync(started.remove(0), Runnable::run);
		assertThat(first).isCompletedExceptionally();
		started.remove(0).run();
		assertThat(handled).containsExactly("a0", "a1");
		assertThat(started).isEmpty();
	}

	private static QueuedEvent event(String key, int number) {
		return new QueuedEvent(
				KvEventBuilder.forKey("test", key, CODEC).value(CODEC.encode(number)).set(KvEventType.SET), CALLER,
				DispatchContext.current(), null);
	}

	private static String name(QueuedEvent item) {
		return item.event().getKey() + item.event().getValue(Integer.class);
	}

	/**
	 * One run: a queue whose lock is taken step by step.
	 */
	private static final class Scenario {

		private final Interleavings run;

		private final List<String> handled = new ArrayList<>();

		private final Set<String> running = new HashSet<>();

		private final HookQueue queue;

		private int written;

		private int workers;

		Scenario(Interleavings run, int concurrency, boolean steppedHook) {
			this.run = run;
			this.queue = new HookQueue(HookSettings.defaults().concurrency(concurrency), this::startWorker, () -> true,
					new RecordingHandler(this.handled) {

						@Override
						public void run(QueuedEvent item) {
							String key = item.event().getKey();
							assertThat(Scenario.this.running.add(key)).as("one event of a key at a time").isTrue();
							assertThat(Scenario.this.running).hasSizeLessThanOrEqualTo(concurrency);
							super.run(item);
							if (steppedHook) {
								run.step();
							}
							Scenario.this.running.remove(key);
						}

					}, new QueueLock() {

						@Override
						void acquire() {
							run.step();
							super.acquire();
						}

						@Override
						boolean tryAcquire() {
							run.step();
							return super.tryAcquire();
						}

						@Override
						void leave(QueuedEvent item) {
							run.step();
							super.leave(item);
						}

					});
		}

		private void startWorker(Runnable worker) {
			this.workers++;
			this.run.start(worker);
		}

		void write(String... keys) {
			for (String key : keys) {
				this.queue.offer(event(key, this.written++));
			}
		}

		void check() {
			assertThat(this.handled).hasSize(this.written).doesNotHaveDuplicates();
			assertThat(this.workers).isPositive();
			try {
				assertThat(this.queue.awaitIdle(0)).as("idle").isTrue();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}

		void checkOrder() {
			this.handled.stream()
				.collect(Collectors.groupingBy((name) -> name.substring(0, 1)))
				.forEach((key, names) -> assertThat(names).isSorted());
		}

	}

	private static class RecordingHandler implements HookQueue.Handler {

		private final List<String> handled;

		RecordingHandler(List<String> handled) {
			this.handled = handled;
		}

		@Override
		public void run(QueuedEvent item) {
			this.handled.add(name(item));
		}

		@Override
		public void dropped(QueuedEvent item) {
			throw new AssertionError("dropped: " + name(item));
		}

	}

}
