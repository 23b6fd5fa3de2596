package io.github.kvevents.support;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No task waits while there may be another thread for it, and few threads are woken.
 */
@Timeout(120)
class WorkerPoolTests {

	private static final int LONG_SECONDS = 30;

	private final AtomicInteger started = new AtomicInteger();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final CountDownLatch end = new CountDownLatch(1);

	private final ThreadFactory factory = (task) -> {
		Thread thread = new Thread(task, "worker-pool-test-" + this.started.incrementAndGet());
		thread.setDaemon(true);
		thread.setUncaughtExceptionHandler((failed, ex) -> {
		});
		this.threads.add(thread);
		return thread;
	};

	@AfterEach
	void release() {
		this.end.countDown();
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 8 })
	void tasksThatWaitForEachOtherAllRun(int count) throws Exception {
		WorkerPool pool = new WorkerPool(count, this.factory);
		for (int round = 0; round < 3000; round++) {
			// one by one and all at once: threads are new, idle or about to be
			CyclicBarrier barrier = new CyclicBarrier(count);
			CountDownLatch done = new CountDownLatch(count);
			for (int number = 0; number < count; number++) {
				pool.execute(() -> {
					await(barrier);
					done.countDown();
				});
			}
			assertThat(done.await(LONG_SECONDS, TimeUnit.SECONDS)).as("round " + round).isTrue();
		}
		assertThat(this.started.get()).isLessThanOrEqualTo(count);
	}

	@Test
	void eachTaskOfManyThreadsRunsOnce() throws Exception {
		WorkerPool pool = new WorkerPool(3, this.factory);
		int each = 20_000;
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		List<Thread> producers = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(4 * each);
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		for (int producer = 0; producer < 4; producer++) {
			int first = producer * each;
			Thread thread = new Thread(() -> {
				for (int number = first; number < first + each; number++) {
					int task = number;
					pool.execute(() -> {
						most.accumulateAndGet(running.incrementAndGet(), Math::max);
						ran.add(task);
						running.decrementAndGet();
						done.countDown();
					});
				}
			});
			thread.start();
			producers.add(thread);
		}
		assertThat(done.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		for (Thread producer : producers) {
			producer.join();
		}
		assertThat(ran).hasSize(4 * each).doesNotHaveDuplicates();
		assertThat(most.get()).isLessThanOrEqualTo(3);
	}

	@Test
	void shortTasksRunInOrderOnOneThreadThatIsNotOvertaken() throws Exception {
		WorkerPool pool = new WorkerPool(1, this.factory);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch done = new CountDownLatch(1000);
		for (int number = 0; number < 1000; number++) {
			int task = number;
			pool.execute(() -> {
				ran.add(task);
				done.countDown();
			});
		}
		assertThat(done.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(ran).isSorted();
		assertThat(this.started).hasValue(1);
	}

	@Test
	void threadThatIsReplacedLeavesRoomForAnother() throws Exception {
		WorkerPool pool = new WorkerPool(1, this.factory);
		CountDownLatch ran = new CountDownLatch(1);
		CountDownLatch first = new CountDownLatch(1);
		pool.execute(() -> {
			pool.execute(ran::countDown);
			pool.resize(1);
			await(ran);
			pool.resize(-1);
			first.countDown();
		});
		assertThat(first.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		Semaphore running = new Semaphore(1);
		AtomicInteger together = new AtomicInteger();
		CountDownLatch done = new CountDownLatch(2000);
		for (int number = 0; number < 2000; number++) {
			pool.execute(() -> {
				if (!running.tryAcquire()) {
					together.incrementAndGet();
				}
				else {
					Thread.onSpinWait();
					running.release();
				}
				done.countDown();
			});
		}
		assertThat(done.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		// the second thread may take one task more before it ends
		assertThat(together.get()).as("two at a time").isLessThanOrEqualTo(1);
	}

	@Test
	void taskBehindOneThatFailsRuns() throws Exception {
		WorkerPool pool = new WorkerPool(1, this.factory);
		CountDownLatch ran = new CountDownLatch(1);
		CountDownLatch queued = new CountDownLatch(1);
		pool.execute(() -> {
			await(queued);
			throw new StackOverflowError("on purpose");
		});
		pool.execute(ran::countDown);
		queued.countDown();
		assertThat(ran.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(this.started).hasValue(2);
	}

	@Test
	void taskRunsOnceThereIsAThread() throws Exception {
		AtomicInteger refusals = new AtomicInteger(3);
		WorkerPool pool = new WorkerPool(2, (task) -> {
			int left = refusals.getAndDecrement();
			if (left == 3) {
				throw new IllegalStateException("no thread (on purpose)");
			}
			if (left > 0) {
				throw new OutOfMemoryError("unable to create native thread (on purpose)");
			}
			return this.factory.newThread(task);
		});
		CountDownLatch ran = new CountDownLatch(2);
		pool.execute(ran::countDown);
		assertThat(this.started).as("after the first refusal").hasValue(0);
		pool.execute(ran::countDown);
		assertThat(ran.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(refusals).hasNegativeValue();
	}

	@Test
	void interruptOfATaskReachesNoOtherAndKeepsNoThreadBusy() throws Exception {
		WorkerPool pool = new WorkerPool(1, this.factory);
		CountDownLatch first = new CountDownLatch(1);
		pool.execute(() -> {
			Thread.currentThread().interrupt();
			first.countDown();
		});
		assertThat(first.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		Thread worker = this.threads.iterator().next();
		while (worker.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		CountDownLatch second = new CountDownLatch(1);
		AtomicInteger interrupted = new AtomicInteger();
		pool.execute(() -> {
			interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
			second.countDown();
		});
		assertThat(second.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(interrupted).hasValue(0);
		assertThat(this.started).hasValue(1);
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(LONG_SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			if (!latch.await(LONG_SECONDS, TimeUnit.SECONDS)) {
				throw new IllegalStateException("not in time");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
