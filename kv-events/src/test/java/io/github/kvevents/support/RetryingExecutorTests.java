package io.github.kvevents.support;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tasks on a pool that has no thread at first.
 */
class RetryingExecutorTests {

	@Test
	void taskRunsOnceAsSoonAsThereIsAThread() {
		AtomicInteger refusals = new AtomicInteger(3);
		AtomicInteger runs = new AtomicInteger();
		new RetryingExecutor((task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new OutOfMemoryError("unable to create native thread (on purpose)");
			}
			task.run();
		}).execute(runs::incrementAndGet);
		await().untilAsserted(() -> assertThat(runs).hasValue(1));
		assertThat(refusals).hasValue(-1);
	}

	@Test
	void closedPoolRefuses() {
		RetryingExecutor executor = new RetryingExecutor((task) -> {
			throw new RejectedExecutionException("closed");
		});
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {
		}));
	}

}
