package io.github.kvevents.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The order of dispatched expiries, of the store and of notifications.
 */
@Timeout(60)
class BoundedExecutorTests {

	private final BoundedExecutor executor = new BoundedExecutor("executor-test-", 3, 3);

	private final CountDownLatch gate = new CountDownLatch(1);

	private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

	@AfterEach
	void close() {
		this.gate.countDown();
		this.executor.close(Duration.ofSeconds(10), Duration.ofSeconds(10));
	}

	@Test
	void expiriesOfAKeyComeOneAfterTheOtherHoweverTheyWereQueued() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.put("a", () -> {
			begun.countDown();
			awaitGate();
			this.ran.add("a1");
		});
		begun.await();
		assertThat(this.executor.offer("a", () -> this.ran.add("a2"))).isTrue();
		this.executor.put("a", () -> this.ran.add("a3"));
		this.executor.put("b", () -> this.ran.add("b1"));
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("b1"));
		this.gate.countDown();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("b1", "a1", "a2", "a3"));
	}

	@Test
	void whatWaitsForItsKeyTakesRoom() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.put("a", () -> {
			begun.countDown();
			awaitGate();
		});
		begun.await();
		for (int number = 0; number < 3; number++) {
			assertThat(this.executor.offer("a", () -> this.ran.add("a"))).isTrue();
		}
		assertThat(this.executor.offer("b", () -> this.ran.add("b"))).isFalse();
		this.gate.countDown();
		await().until(() -> this.ran.size() == 3);
		assertThat(this.executor.offer("b", () -> this.ran.add("b"))).isTrue();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("a", "a", "a", "b"));
	}

	private void awaitGate() {
		try {
			this.gate.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
