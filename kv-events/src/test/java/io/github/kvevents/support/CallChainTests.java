package io.github.kvevents.support;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Waiting for threads that stop.
 */
class CallChainTests {

	private static final long MILLIS = 4000;

	@Test
	void threadsAreInterruptedTogether() {
		CountDownLatch interrupted = new CountDownLatch(3);
		AtomicInteger together = new AtomicInteger();
		List<Thread> threads = Stream.generate(() -> start(() -> {
			awaitInterrupt();
			interrupted.countDown();
			if (interrupted.await(MILLIS / 2, TimeUnit.MILLISECONDS)) {
				together.incrementAndGet();
			}
		})).limit(3).toList();
		CallChain.awaitEnd(threads, 20, MILLIS);
		assertThat(threads).noneMatch(Thread::isAlive);
		assertThat(together).hasValue(3);
	}

	@Test
	void threadThatEndsInTimeIsNotInterrupted() {
		AtomicInteger interrupts = new AtomicInteger();
		CountDownLatch end = new CountDownLatch(1);
		Thread thread = start(() -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				interrupts.incrementAndGet();
			}
		});
		end.countDown();
		CallChain.awaitEnd(List.of(thread), MILLIS, MILLIS);
		assertThat(thread.isAlive()).isFalse();
		assertThat(interrupts).hasValue(0);
	}

	@Test
	void callerIsNeitherWaitedForNorInterrupted() {
		Thread other = start(CallChainTests::awaitInterrupt);
		CallChain.awaitEnd(List.of(Thread.currentThread(), other), 20, MILLIS);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(other.isAlive()).isFalse();
		assertThat(CallChain.awaitEnd(Thread.currentThread(), MILLIS)).isFalse();
	}

	@Test
	void interruptOfTheCallerEndsTheWait() throws InterruptedException {
		CountDownLatch never = new CountDownLatch(1);
		Thread thread = start(never::await);
		Thread.currentThread().interrupt();
		CallChain.awaitEnd(List.of(thread), TimeUnit.HOURS.toMillis(1), TimeUnit.HOURS.toMillis(1));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(thread.isAlive()).isTrue();
		thread.interrupt();
		thread.join(MILLIS);
		assertThat(thread.isAlive()).isFalse();
	}

	private static void awaitInterrupt() throws InterruptedException {
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			// what the test waits for
		}
	}

	private static Thread start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private interface Work {

		void run() throws InterruptedException;

	}

}
