package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.kvevents.fixture.Interleavings;
import io.github.kvevents.support.WorkerPool.Waiting;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The threads of a pool against those who give it tasks, in every order in which they can
 * take its lock and wake each other. A thread that waits is never woken by time, unless a
 * test says so: a wake-up that is lost leaves a task behind.
 */
@Timeout(600)
class WorkerPoolInterleavingTests {

	/** The thread of a pool that is run. */
	private static final ThreadLocal<@Nullable Thread> SELF = new ThreadLocal<>();

	@ParameterizedTest
	@CsvSource({ "1, 1", "1, 2", "2, 2", "3, 1" })
	void eachTaskRunsOnceInEveryOrder(int tasks, int maxThreads) {
		int orders = Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, maxThreads, false);
			run.start(() -> scenario.execute(tasks, scenario::task));
			return () -> scenario.check(tasks);
		});
		assertThat(orders).isPositive();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void tasksOfTwoThreadsRunOnceInEveryOrder(int maxThreads) {
		int orders = Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, maxThreads, false);
			run.start(() -> scenario.execute(1, scenario::task));
			run.start(() -> scenario.execute(1, scenario::task));
			return () -> scenario.check(2);
		});
		assertThat(orders).isGreaterThan(5);
	}

	/**
	 * A task that waits for another one keeps its thread: there must be a second one.
	 */
	@Test
	void tasksThatWaitForEachOtherRunInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 2, false);
			run.start(() -> scenario.execute(2, () -> scenario.taskWithAnother(2)));
			return () -> scenario.check(2);
		});
	}

	@ParameterizedTest
	@CsvSource({ "2, 1", "2, 2", "3, 2", "3, 3" })
	void batchWakesOneThreadInEveryOrder(int tasks, int maxThreads) {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, maxThreads, false);
			run.start(() -> scenario.executeTogether(tasks, scenario::task));
			return () -> {
				scenario.check(tasks);
				assertThat(scenario.calledByGivers).isEqualTo(1);
			};
		});
	}

	@Test
	void tasksOfABatchThatWaitForEachOtherRunInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 2, false);
			run.start(() -> scenario.executeTogether(2, () -> scenario.taskWithAnother(2)));
			return () -> scenario.check(2);
		});
	}

	@Test
	void batchAndTaskOfAnotherThreadThatWaitForEachOtherRunInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 3, false);
			run.start(() -> scenario.executeTogether(2, () -> scenario.taskWithAnother(3)));
			run.start(() -> scenario.execute(1, () -> scenario.taskWithAnother(3)));
			return () -> scenario.check(3);
		});
	}

	/**
	 * A thread that waits for tasks of its batch, or for others that it starts meanwhile,
	 * suspends it before.
	 */
	@Test
	void batchThatIsSuspendedStartsWhatItHoldsAndKeepsNothing() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 2, false);
			run.start(() -> {
				TaskBatch batch = TaskBatch.open(ThreadSlot.here(), 2);
				try {
					scenario.execute(1, scenario::task);
					TaskBatch suspended = TaskBatch.suspend();
					run.await(() -> scenario.ran.size() == 1);
					scenario.execute(1, scenario::task);
					scenario.executeTogether(2, scenario::task);
					run.await(() -> scenario.ran.size() == 4);
					TaskBatch.resume(suspended);
					scenario.execute(1, scenario::task);
				}
				finally {
					TaskBatch.close(batch);
				}
			});
			return () -> scenario.check(5);
		});
	}

	@Test
	void batchIsForOnePool() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 1, false);
			Scenario other = new Scenario(run, 1, false);
			run.start(() -> {
				TaskBatch batch = TaskBatch.open(ThreadSlot.here(), 2);
				try {
					scenario.execute(1, scenario::task);
					other.execute(1, other::task);
					run.await(() -> other.ran.size() == 1);
				}
				finally {
					TaskBatch.close(batch);
				}
			});
			return () -> {
				scenario.check(1);
				other.check(1);
			};
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void manyTasksThatWaitForEachOtherRun(boolean expiring) {
		Interleavings.some(1500, (run) -> {
			Scenario scenario = new Scenario(run, 3, expiring);
			for (int producer = 0; producer < 3; producer++) {
				run.start(() -> {
					scenario.execute(1, scenario::task);
					scenario.execute(1, () -> scenario.taskWithAnother(3));
				});
			}
			return () -> scenario.check(6);
		});
	}

	/**
	 * A thread whose time is up may be called at that moment.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void noTaskIsLeftByThreadsThatEndInEveryOrder(int maxThreads) {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, maxThreads, true);
			run.start(() -> scenario.execute(2, scenario::quickTask));
			return () -> scenario.check(2);
		});
	}

	@Test
	void taskBehindOneThatFailsRunsInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 1, false);
			run.start(() -> {
				scenario.execute(1, () -> {
					throw new OnPurpose();
				});
				scenario.execute(1, scenario::task);
			});
			return () -> scenario.check(1);
		});
	}

	@Test
	void moreAndFewerThreadsInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 1, false);
			run.start(() -> scenario.execute(2, scenario::quickTask));
			run.start(() -> {
				scenario.pool.resize(1);
				scenario.pool.resize(-1);
			});
			return () -> scenario.check(2);
		});
	}

	@Test
	void threadThatIsAddedTakesWhatWaitsInEveryOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 1, false);
			run.start(() -> scenario.execute(2, () -> scenario.taskWithAnother(2)));
			run.start(() -> {
				scenario.maxThreads++;
				scenario.pool.resize(1);
			});
			return () -> scenario.check(2);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void noTaskAndNoThreadIsLeftByPoolThatKeepsNoneInEveryOrder(int maxThreads) {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, maxThreads, false);
			run.start(() -> scenario.execute(2, scenario::task));
			run.start(scenario::keepNone);
			return () -> {
				scenario.check(2);
				assertThat(scenario.threads).isZero();
			};
		});
	}

	@Test
	void poolThatKeepsThreadsAgainLeavesNoTaskInAnyOrder() {
		Interleavings.all(100_000, (run) -> {
			Scenario scenario = new Scenario(run, 2, false);
			run.start(() -> scenario.execute(2, scenario::quickTask));
			run.start(() -> {
				scenario.keepNone();
				scenario.pool.keepIdle(true);
			});
			return () -> scenario.check(2);
		});
	}

	private static final class OnPurpose extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	/**
	 * One run: a pool whose threads are those of the run.
	 */
	private static final class Scenario {

		private final Interleavings run;

		private final WorkerPool pool;

		private final List<Integer> ran = new ArrayList<>();

		/** Threads that were started or woken and haven't taken the lock since. */
		private final Set<Thread> coming = new HashSet<>();

		private int maxThreads;

		private int given;

		private int begun;

		private int running;

		/** Threads that have been started and haven't ended by themselves. */
		private int threads;

		private boolean keepsNone;

		/** How often a thread that isn't of the pool has started or woken one. */
		private int calledByGivers;

		Scenario(Interleavings run, int maxThreads, boolean expiring) {
			this.run = run;
			this.maxThreads = maxThreads;
			ThreadFactory threads = (task) -> new Thread(task, "stepped") {

				@Override
				public synchronized void start() {
					startThread(this, task);
				}

			};
			this.pool = new WorkerPool(maxThreads, threads, new SteppedWaiting(expiring));
		}

		private void startThread(Thread thread, Runnable task) {
			comes(thread);
			this.threads++;
			this.run.start(() -> {
				SELF.set(thread);
				try {
					task.run();
					this.threads--;
				}
				catch (OnPurpose ex) {
					// as the handler of a thread would
				}
				finally {
					SELF.remove();
				}
			});
		}

		private void comes(Thread thread) {
			this.calledByGivers += (SELF.get() == null) ? 1 : 0;
			this.coming.add(thread);
			if (!this.keepsNone) {
				assertThat(this.coming).as("threads on their way").hasSizeLessThanOrEqualTo(1);
			}
		}

		void execute(int tasks, Runnable action) {
			for (int task = 0; task < tasks; task++) {
				int number = this.given++;
				this.pool.execute(() -> {
					this.running++;
					assertThat(this.running).isLessThanOrEqualTo(this.maxThreads);
					try {
						action.run();
						this.ran.add(number);
					}
					finally {
						this.running--;
					}
				});
			}
		}

		void executeTogether(int tasks, Runnable action) {
			TaskBatch batch = TaskBatch.open(ThreadSlot.here(), tasks);
			try {
				execute(tasks, action);
			}
			finally {
				TaskBatch.close(batch);
			}
		}

		/**
		 * All threads that are idle come, to end.
		 */
		void keepNone() {
			this.keepsNone = true;
			this.pool.keepIdle(false);
		}

		void task() {
			this.run.step();
		}

		void quickTask() {
			// nothing runs meanwhile
		}

		void taskWithAnother(int count) {
			this.begun++;
			this.run.await(() -> this.begun >= count);
		}

		void check(int tasks) {
			assertThat(this.ran).hasSize(tasks)
				.doesNotHaveDuplicates()
				.isSubsetOf(IntStream.range(0, this.given).boxed().toList());
			assertThat(this.running).isZero();
		}

		private final class SteppedWaiting extends Waiting {

			private final boolean expiring;

			private final Set<Thread> permits = new HashSet<>();

			private @Nullable Thread owner;

			private long now;

			SteppedWaiting(boolean expiring) {
				this.expiring = expiring;
			}

			@Override
			void lock() {
				Scenario.this.run.step();
				super.lock();
				this.owner = Thread.currentThread();
				Scenario.this.coming.remove(SELF.get());
			}

			@Override
			void unlock() {
				this.owner = null;
				super.unlock();
			}

			/**
			 * No thread runs between two steps of another one, so nothing breaks without
			 * the lock here: that it is held is checked instead.
			 */
			@Override
			<E> Deque<E> newQueue() {
				return new ArrayDeque<>() {

					@Override
					public void addFirst(E element) {
						requireLock();
						super.addFirst(element);
					}

					@Override
					public void addLast(E element) {
						requireLock();
						super.addLast(element);
					}

					@Override
					public @Nullable E pollFirst() {
						requireLock();
						return super.pollFirst();
					}

					@Override
					public boolean remove(@Nullable Object element) {
						requireLock();
						return super.remove(element);
					}

					@Override
					public boolean isEmpty() {
						requireLock();
						return super.isEmpty();
					}

				};
			}

			private void requireLock() {
				assertThat(this.owner).as("owner of the lock").isSameAs(Thread.currentThread());
			}

			@Override
			void await(Object pool, long nanos) {
				Thread thread = SELF.get();
				if (!this.expiring) {
					Scenario.this.run.await(() -> this.permits.contains(thread));
				}
				else {
					Scenario.this.run.step();
				}
				if (!this.permits.remove(thread)) {
					this.now += nanos;
				}
			}

			@Override
			void wake(Thread thread) {
				comes(thread);
				Scenario.this.run.step();
				this.permits.add(thread);
			}

			@Override
			long nanoTime() {
				return this.now;
			}

		}

	}

}
