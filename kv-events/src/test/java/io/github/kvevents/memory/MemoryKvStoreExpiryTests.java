package io.github.kvevents.memory;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.kvevents.fixture.TestClock;
import io.github.kvevents.memory.Deadlines.Deadline;
import io.github.kvevents.store.ExpiringStore.DeadlineSummary;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;
import io.github.kvevents.support.DrivenTime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for expiries in {@link MemoryKvStore}.
 */
class MemoryKvStoreExpiryTests {

	private static final Instant START = Instant.parse("2026-03-01T10:00:00.123Z");

	private final AtomicLong passed = new AtomicLong();

	private final MemoryKvStore store = new MemoryKvStore(clock());

	private final Queue<ExpiredKey> expired = new ConcurrentLinkedQueue<>();

	private final MemoryKvStore running = new MemoryKvStore();

	@AfterEach
	void stop() {
		this.running.stop();
		this.store.stop();
	}

	@Test
	void storeWhoseTimeIsDrivenExpiresOneKeyEachTimeItIsAsked() {
		MemoryKvStore driven = new MemoryKvStore(new DrivenTime(clock()), null, true);
		driven.setExpiryListener(this.expired::add);
		driven.start();
		driven.set(write("b", "v", Duration.ofMillis(500)));
		driven.set(write("a", "v", Duration.ofMillis(500)));
		Runnable saved = driven.save();
		assertThat(driven.nextDue()).isEqualTo(START.plusMillis(500));
		driven.beginDue();
		assertThat(this.expired).isEmpty();
		pass(Duration.ofMillis(500));
		driven.beginDue();
		assertThat(this.expired).extracting(ExpiredKey::key).containsExactly("b");
		driven.beginDue();
		driven.beginDue();
		assertThat(this.expired).extracting(ExpiredKey::key).containsExactly("b", "a");
		assertThat(driven.nextDue()).isNull();
		saved.run();
		assertThat(driven.nextDue()).isEqualTo(START.plusMillis(500));
		assertThat(this.expired).hasSize(2);
		driven.stop();
	}

	@Test
	void reportsKeyWithLastValueDeadlineAndLateness() {
		this.store.setExpiryListener(this.expired::add);
		this.store.set(write("order:1", "old", Duration.ofMillis(900)));
		this.store.set(write("order:1", "last", Duration.ofMillis(700)));
		pass(Duration.ofMillis(699));
		this.store.sweep();
		assertThat(this.expired).isEmpty();
		assertThat(this.store.get("order:1")).isEqualTo(bytes("last"));
		pass(Duration.ofMillis(18));
		this.store.sweep();
		this.store.sweep();
		assertThat(this.expired).singleElement().satisfies((key) -> {
			assertThat(key.key()).isEqualTo("order:1");
			assertThat(key.lastValue()).isEqualTo(bytes("last"));
			assertThat(key.deadline()).isEqualTo(START.plusMillis(700));
			assertThat(key.lateness()).isEqualTo(Duration.ofMillis(17));
		});
	}

	@Test
	void reportsKeyWithoutLastValueWhereNoneIsKept() {
		MemoryKvStore store = new MemoryKvStore(clock());
		store.dropLastValues();
		store.setExpiryListener(this.expired::add);
		store.set(write("order:1", "last", Duration.ofMillis(700)));
		pass(Duration.ofMillis(701));
		store.sweep();
		assertThat(this.expired).singleElement().satisfies((key) -> {
			assertThat(key.key()).isEqualTo("order:1");
			assertThat(key.lastValue()).isNull();
			assertThat(key.deadline()).isEqualTo(START.plusMillis(700));
		});
	}

	@Test
	void summarizesDeadlines() {
		assertThat(this.store.summarizeDeadlines()).isEqualTo(new DeadlineSummary(0, 0, null, Duration.ZERO));
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		this.store.set(write("order:2", "a", Duration.ofMillis(710)));
		this.store.set(write("order:3", "a", Duration.ofMillis(900)));
		assertThat(this.store.summarizeDeadlines())
			.isEqualTo(new DeadlineSummary(3, 0, START.plusMillis(700), Duration.ZERO));
		pass(Duration.ofMillis(713));
		assertThat(this.store.summarizeDeadlines())
			.isEqualTo(new DeadlineSummary(3, 2, START.plusMillis(700), Duration.ofMillis(13)));
		this.store.sweep();
		assertThat(this.store.summarizeDeadlines())
			.isEqualTo(new DeadlineSummary(1, 0, START.plusMillis(900), Duration.ZERO));
	}

	@Test
	void readsDoNotSeeKeyPastItsDeadlineAndDoNotReportIt() {
		this.store.setExpiryListener(this.expired::add);
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		pass(Duration.ofMillis(700));
		assertThat(this.store.get("order:1")).isNull();
		assertThat(this.store.exists("order:1")).isFalse();
		assertThat(this.store.getTimeToLive("order:1")).isNull();
		assertThat(this.store.keys("").count()).isZero();
		assertThat(this.expired).isEmpty();
		this.store.sweep();
		assertThat(this.expired).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("changes")
	void changeAfterTheDeadlineReportsTheExpiryFirst(Consumer<MemoryKvStore> change) {
		this.store.setExpiryListener(this.expired::add);
		this.store.set(write("order:1", "old", Duration.ofMillis(700)));
		pass(Duration.ofMillis(710));
		change.accept(this.store);
		assertThat(this.expired).singleElement().satisfies((key) -> {
			assertThat(key.lastValue()).isEqualTo(bytes("old"));
			assertThat(key.lateness()).isEqualTo(Duration.ofMillis(10));
		});
		this.store.sweep();
		assertThat(this.expired).hasSize(1);
	}

	static Stream<Consumer<MemoryKvStore>> changes() {
		return Stream.of(
				(store) -> assertThat(store.set(write("order:1", "new", Duration.ofHours(1))).previousValue()).isNull(),
				(store) -> assertThat(store.set(new StoreWrite("order:1", bytes("new"))).previousValue()).isNull(),
				(store) -> assertThat(
						store.set(new StoreWrite("order:1", bytes("new"), Condition.IF_PRESENT, null, null, false))
							.applied())
					.isFalse(),
				(store) -> assertThat(store.delete("order:1").applied()).isFalse(),
				(store) -> assertThat(store.expire("order:1", Duration.ofHours(1))).isFalse(),
				(store) -> assertThat(store.persist("order:1")).isFalse(),
				(store) -> assertThat(store.compareAndSet("order:1", null, bytes("new")).applied()).isTrue(),
				(store) -> assertThat(store.compareAndSet("order:1", bytes("old"), bytes("new")).applied()).isFalse());
	}

	@Test
	void renewedOrEndedLifetimesAreNotReported() {
		this.store.setExpiryListener(this.expired::add);
		for (String key : List.of("renewed", "extended", "persisted", "deleted", "overwritten")) {
			this.store.set(write(key, "a", Duration.ofMillis(700)));
		}
		pass(Duration.ofMillis(500));
		this.store.set(write("renewed", "b", Duration.ofMillis(700)));
		this.store.expire("extended", Duration.ofMillis(700));
		this.store.persist("persisted");
		this.store.delete("deleted");
		this.store.set(new StoreWrite("overwritten", bytes("b")));
		pass(Duration.ofMillis(600));
		this.store.sweep();
		assertThat(this.expired).isEmpty();
		pass(Duration.ofMillis(600));
		this.store.sweep();
		assertThat(this.expired).extracting(ExpiredKey::key).containsExactly("renewed", "extended");
	}

	@Test
	void keptTimeToLiveReportsTheNewValue() {
		this.store.setExpiryListener(this.expired::add);
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		this.store.set(new StoreWrite("order:1", bytes("b"), Condition.ALWAYS, null, null, true));
		assertThat(this.store.compareAndSet("order:1", bytes("b"), bytes("c")).applied()).isTrue();
		pass(Duration.ofMillis(700));
		this.store.sweep();
		assertThat(this.expired).extracting(ExpiredKey::lastValue).containsExactly(bytes("c"));
	}

	@Test
	void replacedTimesToLiveLeaveNoDeadline() {
		Deadlines deadlines = new Deadlines(Clock.systemUTC(), () -> {
		});
		Deadline last = null;
		for (int index = 0; index < 1000; index++) {
			Deadline next = deadlines.at("order:1", Instant.ofEpochMilli(1000 + index));
			deadlines.replace(last, next);
			last = next;
		}
		assertThat(deadlines.size()).isEqualTo(1);
		deadlines.replace(last, null);
		assertThat(deadlines.size()).isZero();
		assertThat(deadlines.earliest()).isNull();
	}

	@Test
	void keysExpireWithoutAListener() {
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		pass(Duration.ofMillis(700));
		this.store.sweep();
		this.store.setExpiryListener(this.expired::add);
		this.store.sweep();
		assertThat(this.expired).isEmpty();
		assertThat(this.store.ping()).containsEntry("keys", 0);
	}

	@Test
	void listenerThatThrowsStopsNothing() {
		this.store.setExpiryListener((key) -> {
			this.expired.add(key);
			throw new IllegalStateException("from the listener");
		});
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		this.store.set(write("order:2", "a", Duration.ofMillis(800)));
		pass(Duration.ofMillis(800));
		this.store.sweep();
		assertThat(this.expired).extracting(ExpiredKey::key).containsExactly("order:1", "order:2");
	}

	@Test
	void runningStoreExpiresByItself() {
		List<String> threads = Collections.synchronizedList(new ArrayList<>());
		this.running.setExpiryListener((key) -> {
			threads.add(Thread.currentThread().getName());
			this.expired.add(key);
		});
		this.running.start();
		assertThat(this.running.isRunning()).isTrue();
		this.running.set(write("late", "a", Duration.ofHours(1)));
		IntStream.range(0, 200)
			.forEach((index) -> this.running.set(write("k" + index, "v" + index, Duration.ofMillis(1 + index))));
		await().until(() -> this.expired.size() >= 200);
		assertThat(this.expired).hasSize(200)
			.allMatch((key) -> !key.lateness().isNegative())
			.allMatch((key) -> new String(key.lastValue(), StandardCharsets.UTF_8).substring(1)
				.equals(key.key().substring(1)));
		assertThat(threads).allMatch((name) -> name.startsWith("kv-memory-expiry-delivery"));
		assertThat(this.running.keys("").toList()).containsExactly("late");
	}

	@Test
	void storeExpiresAgainAfterRestart() {
		this.running.setExpiryListener(this.expired::add);
		this.running.start();
		this.running.start();
		this.running.stop();
		assertThat(this.running.isRunning()).isFalse();
		assertThat(threadsNamed("kv-memory-expiry")).isZero();
		this.running.set(write("order:1", "a", Duration.ofMillis(1)));
		this.running.start();
		await().until(() -> this.expired.size() == 1);
	}

	@Test
	void slowListenerDelaysNeitherWritersNorLateness() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.store.setExpiryListener((key) -> {
			entered.countDown();
			awaitLatch(goOn);
			this.expired.add(key);
		});
		this.store.start();
		this.store.set(write("order:1", "a", Duration.ofMillis(700)));
		this.store.set(write("order:2", "a", Duration.ofMillis(700)));
		pass(Duration.ofMillis(703));
		this.store.sweep();
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		pass(Duration.ofMinutes(5));
		assertThat(this.store.set(write("order:2", "b", Duration.ofHours(1))).applied()).isTrue();
		goOn.countDown();
		await().until(() -> this.expired.size() == 2);
		assertThat(this.expired).extracting(ExpiredKey::lateness).containsOnly(Duration.ofMillis(3));
	}

	@Test
	void stopDeliversQueuedExpiries() {
		this.store.setExpiryListener(this.expired::add);
		this.store.start();
		IntStream.range(0, 1000).forEach((index) -> this.store.set(write("k" + index, "v", Duration.ofMillis(700))));
		pass(Duration.ofMillis(700));
		this.store.sweep();
		this.store.stop();
		assertThat(this.expired).hasSize(1000);
	}

	@Test
	void eachLifetimeEndsOnceUnderAThousandThreads() throws Exception {
		this.running.setExpiryListener(this.expired::add);
		this.running.start();
		AtomicInteger lifetimes = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		ExecutorService threads = Executors.newFixedThreadPool(1000);
		try {
			for (int thread = 0; thread < 1000; thread++) {
				threads.execute(() -> {
					for (int round = 0; round < 50; round++) {
						String key = "k" + ThreadLocalRandom.current().nextInt(100);
						if (ThreadLocalRandom.current().nextInt(4) == 0) {
							ended.addAndGet(this.running.delete(key).applied() ? 1 : 0);
						}
						else {
							byte[] previous = this.running.set(write(key, "v", Duration.ofMillis(1 + round % 5)))
								.previousValue();
							lifetimes.incrementAndGet();
							ended.addAndGet((previous != null) ? 1 : 0);
						}
					}
				});
			}
			threads.shutdown();
			assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			threads.shutdownNow();
		}
		// each lifetime was replaced, deleted or reported, and only one of these
		await().until(() -> this.expired.size() + ended.get() >= lifetimes.get());
		this.running.stop();
		assertThat(this.expired.size() + ended.get()).isEqualTo(lifetimes.get());
		assertThat(this.expired).isNotEmpty();
	}

	private void pass(Duration time) {
		this.passed.addAndGet(time.toMillis());
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static long threadsNamed(String start) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(start))
			.count();
	}

	private static StoreWrite write(String key, String value, Duration timeToLive) {
		return new StoreWrite(key, bytes(value), Condition.ALWAYS, timeToLive, null, false);
	}

	private Clock clock() {
		return TestClock.showing(() -> START.plusMillis(this.passed.get()));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
