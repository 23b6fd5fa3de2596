package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CallGate}.
 */
@Timeout(60)
class CallGateTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private final CallGate gate = new CallGate();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	@AfterEach
	void end() {
		this.executor.shutdownNow();
	}

	@Test
	void nothingIsLetThroughOnceItIsClosed() {
		assertThat(this.gate.run(() -> {
		})).isTrue();
		this.gate.close();
		assertThat(this.gate.isClosed()).isTrue();
		assertThat(this.gate.run(() -> {
			throw new AssertionError("let through");
		})).isFalse();
		this.gate.awaitNone(LONG);
	}

	@Test
	void aCallThatThrowsIsOver() {
		assertThatIllegalStateException().isThrownBy(() -> this.gate.run(() -> {
			throw new IllegalStateException();
		}));
		this.gate.close();
		this.gate.awaitNone(LONG);
	}

	@Test
	void whoClosesItWaitsForWhatWasLetThroughBefore() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean over = new AtomicBoolean();
		Future<?> call = this.executor.submit(() -> this.gate.run(() -> {
			begun.countDown();
			awaitQuietly(goOn);
			over.set(true);
		}));
		begun.await();
		this.gate.close();
		this.gate.awaitNone(Duration.ofMillis(1));
		assertThat(over).as("not for ever").isFalse();
		Future<Boolean> waiting = this.executor.submit(() -> {
			this.gate.awaitNone(LONG);
			return over.get();
		});
		goOn.countDown();
		assertThat(waiting.get(50, TimeUnit.SECONDS)).isTrue();
		call.get();
	}

	@Test
	void anInterruptEndsTheWaitingAndIsRestored() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Future<?> call = this.executor.submit(() -> this.gate.run(() -> {
			begun.countDown();
			awaitQuietly(goOn);
		}));
		begun.await();
		this.gate.close();
		Thread.currentThread().interrupt();
		this.gate.awaitNone(LONG);
		assertThat(Thread.interrupted()).isTrue();
		goOn.countDown();
		call.get();
	}

	@Test
	void nothingBeginsAfterTheEndWhateverTheInterleaving() throws Exception {
		for (int round = 0; round < 2000; round++) {
			CallGate gate = new CallGate();
			AtomicBoolean closed = new AtomicBoolean();
			AtomicBoolean late = new AtomicBoolean();
			Future<?> caller = this.executor.submit(() -> {
				while (gate.run(() -> late.compareAndSet(false, closed.get()))) {
					Thread.onSpinWait();
				}
			});
			gate.close();
			gate.awaitNone(LONG);
			closed.set(true);
			caller.get();
			assertThat(late).isFalse();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
