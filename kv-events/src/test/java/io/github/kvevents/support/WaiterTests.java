package io.github.kvevents.support;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link Waiter}.
 */
@Timeout(20)
class WaiterTests {

	private final Waiter waiter = new Waiter();

	private final CountDownLatch awake = new CountDownLatch(1);

	@Test
	void endlessWaitEndsWithTheWakeUp() throws Exception {
		Thread waiting = startWaiting(Delay.NEVER);
		this.waiter.wakeUp();
		assertThat(this.awake.await(10, TimeUnit.SECONDS)).isTrue();
		waiting.join();
	}

	@Test
	void wakeUpInTheFarFutureDoesNotEndTheWait() throws Exception {
		Thread waiting = startWaiting(Delay.NEVER);
		this.waiter.wakeIn(Long.MAX_VALUE);
		this.waiter.wakeIn(Long.MAX_VALUE - 1);
		assertThat(this.awake.await(100, TimeUnit.MILLISECONDS)).isFalse();
		this.waiter.wakeIn(1);
		assertThat(this.awake.await(10, TimeUnit.SECONDS)).isTrue();
		waiting.join();
	}

	@Test
	void longestWaitInMillisecondsDoesNotEndAtOnce() throws Exception {
		Thread waiting = new Thread(() -> {
			this.waiter.awaitQuietly(Long.MAX_VALUE);
			this.awake.countDown();
		});
		waiting.start();
		await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
		assertThat(this.awake.await(100, TimeUnit.MILLISECONDS)).isFalse();
		this.waiter.wakeUp();
		waiting.join();
	}

	@Test
	void isIdleWhileItWaitsUntilItIsWoken() throws Exception {
		assertThat(this.waiter.isIdle()).as("nobody waits").isFalse();
		Thread waiting = startWaiting(Delay.NEVER);
		assertThat(this.waiter.isIdle()).isTrue();
		this.waiter.wakeUp();
		assertThat(this.waiter.isIdle()).isFalse();
		waiting.join();
		assertThat(this.waiter.isIdle()).isFalse();
	}

	private Thread startWaiting(Delay delay) {
		Thread waiting = new Thread(() -> {
			this.waiter.awaitQuietly(delay);
			this.awake.countDown();
		});
		waiting.start();
		await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
		return waiting;
	}

}
