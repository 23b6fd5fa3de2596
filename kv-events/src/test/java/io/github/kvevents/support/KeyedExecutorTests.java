package io.github.kvevents.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tasks in order by key.
 */
@Timeout(120)
class KeyedExecutorTests {

	private final CountDownLatch gate = new CountDownLatch(1);

	private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

	private KeyedExecutor executor = new KeyedExecutor("keyed-test-", 2);

	@AfterEach
	void close() {
		this.gate.countDown();
		this.executor.close();
	}

	@Test
	void callerHasTheTurnOfAKeyOnlyAlone() {
		assertThat(this.executor.begin("a")).isTrue();
		assertThat(this.executor.begin("a")).isFalse();
		this.executor.submit("a", () -> this.ran.add("a"));
		this.executor.submit("b", () -> this.ran.add("b"));
		await().until(() -> this.ran.contains("b"));
		assertThat(this.ran).containsExactly("b");
		this.executor.end("a");
		await().until(() -> this.ran.contains("a"));
		await().until(() -> this.executor.begin("a"));
		this.executor.end("a");
		submitGate("a");
		assertThat(this.executor.begin("a")).isFalse();
	}

	@Test
	void turnOfACallerIsWaitedForWhenTheExecutorCloses() throws Exception {
		assertThat(this.executor.begin("a")).isTrue();
		this.executor.submit("a", () -> this.ran.add("a"));
		Thread closer = new Thread(() -> this.executor.close(Duration.ofSeconds(60), Duration.ofSeconds(1)));
		closer.start();
		await().until(() -> !this.executor.submit("b", () -> this.ran.add("b")));
		assertThat(this.ran).doesNotContain("a");
		this.executor.end("a");
		closer.join();
		assertThat(this.ran).contains("a");
		assertThat(this.executor.begin("c")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8 })
	void eachTaskRunsInTheOrderOfItsKeyAndAloneInIt(int threads) throws Exception {
		this.executor = new KeyedExecutor("keyed-test-", threads);
		Map<String, Integer> last = new ConcurrentHashMap<>();
		Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
		AtomicInteger wrong = new AtomicInteger();
		AtomicInteger done = new AtomicInteger();
		ExecutorService submitters = Executors.newFixedThreadPool(3);
		List<Future<?>> futures = new ArrayList<>();
		for (int submitter = 0; submitter < 3; submitter++) {
			String name = "s" + submitter + "-";
			futures.add(submitters.submit(() -> {
				for (int number = 0; number < 20_000; number++) {
					String key = name + number % 3;
					int current = number;
					this.executor.submit(key, () -> {
						AtomicInteger ofKey = running.computeIfAbsent(key, (absent) -> new AtomicInteger());
						if (ofKey.incrementAndGet() > 1 || last.getOrDefault(key, -1) >= current) {
							wrong.incrementAndGet();
						}
						last.put(key, current);
						ofKey.decrementAndGet();
						done.incrementAndGet();
					});
					if (number % 50 == 0) {
						// lets the workers run dry
						LockSupport.parkNanos(1000);
					}
				}
			}));
		}
		for (Future<?> future : futures) {
			future.get(60, TimeUnit.SECONDS);
		}
		submitters.shutdown();
		await().atMost(Duration.ofSeconds(60)).until(() -> done.get() == 60_000);
		assertThat(wrong).hasValue(0);
	}

	@Test
	void taskBehindAnotherOfItsKeyWaitsAndThoseOfOtherKeysDoNot() {
		submitGate("a");
		submit("a", "a1");
		submit("b", "b1");
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("b1"));
		this.gate.countDown();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("b1", "a1"));
	}

	@Test
	void keyWithManyTasksLeavesOthersTheirTurn() {
		this.executor = new KeyedExecutor("keyed-test-", 1);
		submitGate("a");
		for (int number = 0; number < 1000; number++) {
			submit("a", "a" + number);
		}
		submit("b", "b");
		this.gate.countDown();
		await().until(() -> this.ran.size() == 1001);
		assertThat(this.ran.indexOf("b")).isBetween(1, 100);
		this.ran.remove("b");
		assertThat(this.ran.get(0)).isEqualTo("a0");
		assertThat(this.ran.get(999)).isEqualTo("a999");
	}

	@Test
	void failureAndInterruptOfATaskReachNoOther() {
		submitGate("a");
		this.executor.submit("a", () -> {
			Thread.currentThread().interrupt();
			throw new StackOverflowError("on purpose");
		});
		this.executor.submit("a", () -> this.ran.add("interrupted: " + Thread.currentThread().isInterrupted()));
		this.gate.countDown();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("interrupted: false"));
	}

	@Test
	void closeLetsWaitingTasksRunAndTakesNoMore() {
		submitGate("a");
		submit("a", "a1");
		submit("a", "a2");
		Thread closing = new Thread(
				() -> this.ran.add("dropped " + this.executor.close(Duration.ofSeconds(60), Duration.ofSeconds(60))));
		closing.start();
		await().until(() -> !this.executor.submit("b", () -> this.ran.add("late")));
		this.gate.countDown();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("a1", "a2", "dropped 0"));
	}

	@Test
	void closeDropsAndCountsWhatDoesNotRunInTimeAndInterruptsWhatRuns() {
		AtomicInteger interrupted = new AtomicInteger();
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.submit("a", () -> {
			begun.countDown();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				interrupted.incrementAndGet();
			}
		});
		submit("a", "a1");
		submit("a", "a2");
		awaitUninterruptibly(begun);
		assertThat(this.executor.close(Duration.ZERO, Duration.ofMillis(10))).isEqualTo(2);
		await().untilAsserted(() -> assertThat(interrupted).hasValue(1));
		assertThat(this.ran).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void taskThatClosesIsNeitherWaitedForNorInterruptedAndOthersRunMeanwhile(int threads) {
		this.executor = new KeyedExecutor("keyed-test-", threads);
		this.executor.submit("a", () -> {
			awaitUninterruptibly(this.gate);
			int dropped = this.executor.close(Duration.ofSeconds(100), Duration.ofSeconds(100));
			this.ran.add("dropped " + dropped + ", interrupted: " + Thread.currentThread().isInterrupted());
		});
		submit("a", "a1");
		submit("b", "b1");
		submit("c", "c1");
		submit("c", "c2");
		this.gate.countDown();
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(this.ran).containsExactlyInAnyOrder("b1", "c1", "c2",
					"dropped 1, interrupted: false"));
		assertThat(this.ran).last().isEqualTo("dropped 1, interrupted: false");
	}

	@Test
	void taskThatClosesInterruptsOthersThatHang() {
		CountDownLatch hangs = new CountDownLatch(1);
		this.executor.submit("hangs", () -> {
			hangs.countDown();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				this.ran.add("interrupted");
			}
		});
		this.executor.submit("closes", () -> {
			awaitUninterruptibly(hangs);
			this.executor.close();
			this.ran.add("closed, interrupted: " + Thread.currentThread().isInterrupted());
		});
		await().untilAsserted(
				() -> assertThat(this.ran).containsExactlyInAnyOrder("interrupted", "closed, interrupted: false"));
	}

	@Test
	void taskThatIsNotDoneBlocksItsKeyAndNoThreadUntilItIsRepeated() {
		this.executor = new KeyedExecutor("keyed-test-", 1);
		submitAttempts("a", "a", 3);
		submit("a", "behind");
		await().until(() -> this.ran.contains("a attempt 1"));
		submit("b", "b");
		await().until(() -> this.ran.contains("b"));
		assertThat(this.ran).containsExactly("a attempt 1", "b");
		assertThat(this.executor.begin("a")).isFalse();
		this.executor.repeat("a");
		await().until(() -> this.ran.contains("a attempt 2"));
		submit("b", "b again");
		await().until(() -> this.ran.contains("b again"));
		assertThat(this.ran).doesNotContain("behind", "a attempt 3");
		this.executor.repeat("a");
		await().until(() -> this.ran.contains("behind"));
		assertThat(this.ran).containsExactly("a attempt 1", "b", "a attempt 2", "b again", "a attempt 3", "behind");
	}

	@Test
	void repeatThatComesWhileTheTaskRunsIsNotLost() {
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.submitRepeatable("a", () -> {
			boolean first = begun.getCount() > 0;
			begun.countDown();
			awaitUninterruptibly(this.gate);
			this.ran.add(first ? "first" : "second");
			return !first;
		});
		submit("a", "behind");
		awaitUninterruptibly(begun);
		this.executor.repeat("a");
		this.gate.countDown();
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("first", "second", "behind"));
	}

	@Test
	void repeatOfATaskThatIsDoneAfterAllRepeatsNoOther() {
		this.executor = new KeyedExecutor("keyed-test-", 1);
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.submit("a", () -> {
			begun.countDown();
			awaitUninterruptibly(this.gate);
		});
		submitAttempts("a", "a", 2);
		awaitUninterruptibly(begun);
		this.executor.repeat("a");
		this.executor.repeat("of nobody");
		this.gate.countDown();
		await().until(() -> this.ran.contains("a attempt 1"));
		submit("b", "b");
		await().until(() -> this.ran.contains("b"));
		assertThat(this.ran).containsExactly("a attempt 1", "b");
	}

	@Test
	void taskThatFailsUnexpectedlyIsNotRepeated() {
		this.executor.submitRepeatable("a", () -> {
			this.ran.add("a");
			throw new IllegalStateException("on purpose");
		});
		submit("a", "behind");
		await().untilAsserted(() -> assertThat(this.ran).containsExactly("a", "behind"));
		this.executor.repeat("a");
		assertThat(this.executor.close(Duration.ofSeconds(60), Duration.ofSeconds(60))).isZero();
		assertThat(this.ran).containsExactly("a", "behind");
	}

	@Test
	void closeDropsAndCountsTasksThatWaitToBeRepeated() {
		this.executor = new KeyedExecutor("keyed-test-", 1);
		submitAttempts("a", "a", 2);
		submit("a", "behind");
		await().until(() -> this.ran.contains("a attempt 1"));
		submit("b", "b");
		await().until(() -> this.ran.contains("b"));
		assertThat(this.executor.close(Duration.ofMillis(1), Duration.ofSeconds(60))).isEqualTo(2);
		this.executor.repeat("a");
		assertThat(this.ran).containsExactly("a attempt 1", "b");
	}

	@Test
	void closeWaitsForATaskThatIsRepeatedMeanwhile() throws Exception {
		submitAttempts("a", "a", 2);
		await().until(() -> this.ran.contains("a attempt 1"));
		Thread closing = new Thread(
				() -> this.ran.add("dropped " + this.executor.close(Duration.ofSeconds(60), Duration.ofSeconds(60))));
		closing.start();
		await().until(() -> !this.executor.submit("b", () -> this.ran.add("late")));
		this.executor.repeat("a");
		closing.join();
		assertThat(this.ran).containsExactly("a attempt 1", "a attempt 2", "dropped 0");
	}

	private void submitAttempts(String key, String name, int needed) {
		AtomicInteger attempt = new AtomicInteger();
		this.executor.submitRepeatable(key, () -> {
			int number = attempt.incrementAndGet();
			this.ran.add(name + " attempt " + number);
			return number == needed;
		});
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void submit(String key, String name) {
		assertThat(this.executor.submit(key, () -> this.ran.add(name))).isTrue();
	}

	private void submitGate(String key) {
		this.executor.submit(key, () -> awaitUninterruptibly(this.gate));
	}

}
