package io.github.kvevents.test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Finds out whether something that is closed waits for a call which was let through just
 * before: the call goes on only once whoever closes waits, or has returned.
 */
public final class CloseProbe {

	private final CountDownLatch begun = new CountDownLatch(1);

	private final Thread closer = Thread.currentThread();

	private volatile boolean closed;

	private volatile boolean ended;

	/**
	 * The call, by the thread of another one than who closes.
	 */
	public void call() {
		this.begun.countDown();
		await().atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.closed || (this.closer.getState() == Thread.State.TIMED_WAITING));
		this.ended = true;
	}

	/**
	 * Closes while the call runs, and asserts that it was over by then.
	 */
	public void close(AutoCloseable closed) throws Exception {
		assertThat(this.begun.await(20, TimeUnit.SECONDS)).isTrue();
		closed.close();
		boolean over = this.ended;
		this.closed = true;
		assertThat(over).as("no call may begin behind the end of close()").isTrue();
	}

}
