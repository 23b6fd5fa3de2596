package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.fixture.Interleavings;
import io.github.kvevents.hook.HookObservations.CallerContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Writers that find the lock of a queue taken, or its workers busy, or no room, in every
 * order of their steps.
 */
@Timeout(600)
class QueueLockTests {

	/** Each takes an event from the queue before it handles it. */
	private static final int WORKERS = 2;

	private static final KvCodec CODEC = new JsonKvCodec(JsonMapper.builder().build());

	private static final CallerContext CALLER = CallerContext.capture(ObservationRegistry.NOOP);

	@Test
	void eventThatIsLeftWhileAWorkerRetiresIsHandled() {
		int orders = Interleavings.all(20_000, (run) -> {
			Scenario scenario = new Scenario(run, 1, 100);
			scenario.queue.offer(event("a", 0));
			run.start(() -> scenario.queue.offer(event("b", 1)));
			return () -> assertThat(scenario.handled).containsExactlyInAnyOrder("a0", "b1");
		});
		assertThat(orders).isGreaterThan(100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 4 })
	void eventsOfAKeyStayInOrderWhereverTheyAreLeft(int concurrency) {
		Interleavings.some(300, (run) -> {
			Scenario scenario = new Scenario(run, concurrency, 100);
			for (String key : List.of("a", "b", "c")) {
				run.start(() -> {
					for (int number = 0; number < 4; number++) {
						scenario.queue.offer(event(key, number));
					}
				});
			}
			return () -> {
				assertThat(scenario.handled).hasSize(12);
				for (String key : List.of("a", "b", "c")) {
					assertThat(scenario.handled.stream().filter((name) -> name.startsWith(key)))
						.containsExactly(key + 0, key + 1, key + 2, key + 3);
				}
			};
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void writersThatWaitForRoomAreAllServed(int capacity) {
		Interleavings.some(500, (run) -> {
			Scenario scenario = new Scenario(run, WORKERS, capacity);
			for (String key : List.of("a", "b", "c")) {
				run.start(() -> {
					for (int number = 0; number < 3; number++) {
						scenario.writeWaiting(key, number);
					}
				});
			}
			return () -> {
				assertThat(scenario.handled).hasSize(9);
				assertThat(scenario.mostTaken).isLessThanOrEqualTo(capacity + WORKERS);
			};
		});
	}

	@Test
	void largeReservationIsServedBeforeThoseThatCameLater() {
		Interleavings.some(300, (run) -> {
			Scenario scenario = new Scenario(run, 1, 3);
			List<String> reserved = new ArrayList<>();
			assertThat(scenario.queue.reserve(2)).isEqualTo(2);
			run.start(() -> {
				assertThat(scenario.queue.reserve(3)).isEqualTo(3);
				reserved.add("large");
				scenario.queue.release(3);
			});
			run.start(() -> {
				run.await(() -> scenario.parked >= 1);
				assertThat(scenario.queue.reserve(1)).isOne();
				reserved.add("small");
				scenario.queue.release(1);
			});
			run.start(() -> {
				run.await(() -> scenario.parked >= 1);
				scenario.queue.release(2);
			});
			return () -> assertThat(reserved).containsExactly("large", "small");
		});
	}

	@Test
	void writersThatWaitForRoomGoOnWhenTheQueueIsClosed() {
		Interleavings.some(300, (run) -> {
			Scenario scenario = new Scenario(run, 1, 1);
			List<Integer> reserved = new ArrayList<>();
			assertThat(scenario.queue.reserve(1)).isOne();
			for (int writer = 0; writer < 3; writer++) {
				run.start(() -> reserved.add(scenario.queue.reserve(1)));
			}
			run.start(scenario.queue::close);
			return () -> assertThat(reserved).containsExactly(1, 1, 1);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eventThatIsLeftBehindTheEndIsDroppedAtOnce(boolean closed) {
		AtomicBoolean accepting = new AtomicBoolean(true);
		AtomicReference<HookQueue> queue = new AtomicReference<>();
		Recorder recorder = new Recorder();
		// no worker ever starts: as where each thread is held by a hook that hangs
		HookQueue ended = new HookQueue(HookSettings.defaults().concurrency(1), (worker) -> {
		}, accepting::get, recorder, new QueueLock() {

			@Override
			void leave(QueuedEvent item) {
				end(Objects.requireNonNull(queue.get()), accepting, closed);
				super.leave(item);
			}

		});
		queue.set(ended);
		ended.offer(event("a", 0));
		ended.offer(event("b", 1));
		assertThat(recorder.dropped).containsExactly("a0", "b1");
		assertThat(recorder.handled).isEmpty();
	}

	private static void end(HookQueue queue, AtomicBoolean accepting, boolean closed) {
		if (closed) {
			queue.close();
		}
		else {
			accepting.set(false);
			queue.wake();
			queue.abort();
		}
	}

	@Test
	void eventForWhichThereIsNoMemoryIsDroppedAndLeavesItsRoomToOthers() {
		Recorder recorder = new Recorder();
		HookQueue queue = new HookQueue(HookSettings.defaults().queueCapacity(1), Runnable::run, () -> true, recorder);
		KvSetEvent unlucky = mock(KvSetEvent.class);
		given(unlucky.getKey()).willThrow(new OutOfMemoryError("on purpose")).willReturn("a");
		given(unlucky.getValue(Integer.class)).willReturn(0);
		assertThat(queue.reserve(1)).isOne();
		queue.offer(new QueuedEvent(unlucky, CALLER, DispatchContext.current(), null), true);
		assertThat(recorder.dropped).containsExactly("a0");
		// would wait for ever
		assertThat(queue.reserve(1)).isOne();
		queue.offer(event("b", 1), true);
		assertThat(recorder.handled).containsExactly("b1");
	}

	private static QueuedEvent event(String key, int number) {
		return new QueuedEvent(
				KvEventBuilder.forKey("test", key, CODEC).value(CODEC.encode(number)).set(KvEventType.SET), CALLER,
				DispatchContext.current(), null);
	}

	private static final class Recorder implements HookQueue.Handler {

		private final List<String> handled = new ArrayList<>();

		private final List<String> dropped = new ArrayList<>();

		@Override
		public void run(QueuedEvent item) {
			this.handled.add(item.event().getKey() + item.event().getValue(Integer.class));
		}

		@Override
		public void dropped(QueuedEvent item) {
			this.dropped.add(item.event().getKey() + item.event().getValue(Integer.class));
		}

	}

	/**
	 * One run: a queue whose lock is held for a step, so that others find it taken.
	 */
	private static final class Scenario implements HookQueue.Handler {

		private final Interleavings run;

		private final HookQueue queue;

		private final List<String> handled = new ArrayList<>();

		private int taken;

		private int mostTaken;

		private int parked;

		Scenario(Interleavings run, int concurrency, int capacity) {
			this.run = run;
			this.queue = new HookQueue(HookSettings.defaults().concurrency(concurrency).queueCapacity(capacity),
					run::start, () -> true, this, new SteppedLock());
		}

		void writeWaiting(String key, int number) {
			int slots = this.queue.reserve(1);
			this.taken++;
			this.mostTaken = Math.max(this.mostTaken, this.taken);
			this.queue.offer(event(key, number), slots == 1);
		}

		@Override
		public void run(QueuedEvent item) {
			this.taken--;
			this.handled.add(item.event().getKey() + item.event().getValue(Integer.class));
			this.run.step();
		}

		@Override
		public void dropped(QueuedEvent item) {
			throw new AssertionError("dropped: " + item.event());
		}

		private final class SteppedLock extends QueueLock {

			private final Set<Thread> woken = new HashSet<>();

			private boolean held;

			@Override
			void acquire() {
				if (this.held) {
					Scenario.this.run.await(() -> !this.held);
				}
				else {
					Scenario.this.run.step();
					if (this.held) {
						Scenario.this.run.await(() -> !this.held);
					}
				}
				this.held = true;
			}

			@Override
			boolean tryAcquire() {
				Scenario.this.run.step();
				boolean free = !this.held;
				this.held = true;
				return free;
			}

			@Override
			void release() {
				Scenario.this.run.step();
				this.held = false;
				Scenario.this.run.step();
			}

			@Override
			void leave(QueuedEvent item) {
				Scenario.this.run.step();
				super.leave(item);
				Scenario.this.run.step();
			}

			@Override
			void park() {
				Thread thread = Thread.currentThread();
				Scenario.this.parked++;
				Scenario.this.run.await(() -> this.woken.contains(thread));
				this.woken.remove(thread);
			}

			@Override
			void unpark(Thread thread) {
				this.woken.add(thread);
			}

		}

	}

}
