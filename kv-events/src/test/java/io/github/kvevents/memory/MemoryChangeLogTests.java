package io.github.kvevents.memory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestClock;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogSnapshot;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the change log of {@link MemoryKvStore}.
 */
class MemoryChangeLogTests {

	private static final Instant START = Instant.ofEpochMilli(1_700_000_000_000L);

	private volatile Instant now = START;

	private final MemoryKvStore store = store(3, 50);

	private final ChangeLogStore log = this.store.getChangeLog();

	private MemoryKvStore store(int partitions, long maxLength) {
		return new MemoryKvStore(TestClock.showing(() -> this.now), new ChangeLogSettings(
				new Namespace("test", partitions), "instance-7", maxLength, Duration.ofMinutes(9)));
	}

	@Test
	void eachChangeHasAnEntryWithBothValuesAndItsPositionIsInTheOutcome() {
		StoreOutcome created = this.store.set(write("k", "a").as(KvEventType.SET_RAW));
		StoreOutcome updated = this.store.set(write("k", "b"));
		StoreOutcome swapped = this.store.compareAndSet("k", bytes("b"), bytes("c"));
		StoreOutcome deleted = this.store.delete("k");
		List<LoggedChange> entries = entries(this.log, "k");
		assertThat(entries).extracting(MemoryChangeLogTests::text)
			.containsExactly("SET_RAW k null>a", "SET k a>b", "SET k b>c", "DELETE k c>null");
		assertThat(entries).extracting(LoggedChange::position)
			.containsExactly(created.position(), updated.position(), swapped.position(), deleted.position())
			.isSorted();
		assertThat(entries).allSatisfy((entry) -> {
			assertThat(entry.origin()).isEqualTo("instance-7");
			assertThat(entry.occurredAt()).isEqualTo(START).isEqualTo(entry.detectedAt());
			assertThat(entry.batch()).isNull();
		});
		assertThat(entries).extracting(LoggedChange::operationId).doesNotHaveDuplicates();
	}

	@Test
	void whatChangesNothingHasNoEntry() {
		this.store.set(write("k", "a"));
		assertThat(this.store.set(write("k", "a")).position()).isNull();
		assertThat(this.store.set(new StoreWrite("k", bytes("z"), StoreWrite.Condition.IF_ABSENT, null, null, false))
			.position()).isNull();
		assertThat(this.store.compareAndSet("k", bytes("x"), bytes("y")).position()).isNull();
		assertThat(this.store.compareAndSet("k", bytes("a"), bytes("a")).position()).isNull();
		assertThat(this.store.delete("none").position()).isNull();
		this.store.expire("k", Duration.ofSeconds(9));
		this.store.persist("k");
		assertThat(entries(this.log, "k")).extracting(MemoryChangeLogTests::text).containsExactly("SET k null>a");
	}

	@Test
	void entriesOfABatchSayWhichBatch() {
		KvBatch first = new KvBatch("b", 0, 2);
		KvBatch second = new KvBatch("b", 1, 2);
		this.store.setAll(List.of(write("k", "a").in(first), write("k", "b").in(second)));
		this.store.deleteAll(List.of(new StoreDelete("k", first)));
		List<LoggedChange> entries = entries(this.log, "k");
		assertThat(entries).extracting(MemoryChangeLogTests::text)
			.containsExactly("BATCH_SET k null>a", "BATCH_SET k a>b", "BATCH_DELETE k b>null");
		assertThat(entries).extracting(LoggedChange::batch).containsExactly(first, second, first);
	}

	@Test
	void expiryHasOneEntryBeforeTheFollowingWrite() {
		List<ExpiredKey> told = new ArrayList<>();
		this.store.setExpiryListener(told::add);
		this.store.set(write("k", "a", Duration.ofSeconds(1)));
		this.now = START.plusMillis(1300);
		assertThat(this.store.get("k")).isNull();
		this.store.set(write("k", "a"));
		this.store.sweep();
		List<LoggedChange> entries = entries(this.log, "k");
		assertThat(entries).extracting(MemoryChangeLogTests::text)
			.containsExactly("SET k null>a", "EXPIRED k a>null", "SET k null>a");
		LoggedChange expired = entries.get(1);
		assertThat(expired.occurredAt()).isEqualTo(START.plusMillis(1000));
		assertThat(expired.detectedAt()).isEqualTo(START.plusMillis(1300));
		assertThat(told).singleElement().extracting(ExpiredKey::position).isEqualTo(expired.position());
	}

	@Test
	void positionsIncreaseWhenTheClockIsSetBack() {
		this.store.set(write("k", "a"));
		this.now = START.minusSeconds(60);
		this.store.set(write("k", "b"));
		this.now = START.plusMillis(5);
		this.store.set(write("k", "c"));
		assertThat(entries(this.log, "k")).extracting((entry) -> entry.position().toString())
			.containsExactly(partition("k") + ":1700000000000-0", partition("k") + ":1700000000000-1",
					partition("k") + ":1700000000005-0");
	}

	@Test
	void keysAreDistributedByTheNamespace() {
		for (int i = 0; i < 30; i++) {
			this.store.set(write("key" + i, "v"));
		}
		for (int partition = 0; partition < 3; partition++) {
			int number = partition;
			List<LoggedChange> entries = this.log.read(new KvPosition(partition, 0, 0), 100);
			assertThat(entries).isNotEmpty().allSatisfy((entry) -> {
				assertThat(partition(entry.key())).isEqualTo(number);
				assertThat(entry.position().partition()).isEqualTo(number);
			});
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.getState(3))
			.withMessage("'partition' must be from 0 to 2, but is 3");
	}

	@Test
	void theNewestEntriesAreKeptExactly() {
		MemoryKvStore small = store(1, 4);
		ChangeLogStore log = small.getChangeLog();
		assertThat(log.getState(0)).isEqualTo(new LogState(null, new KvPosition(0, 0, 0), 0, 0));
		for (int i = 0; i < 11; i++) {
			small.set(write("k", "v" + i));
		}
		assertThat(entries(log, "k")).extracting(MemoryChangeLogTests::text)
			.containsExactly("SET k v6>v7", "SET k v7>v8", "SET k v8>v9", "SET k v9>v10");
		KvPosition last = new KvPosition(0, START.toEpochMilli(), 10);
		assertThat(log.getState(0)).isEqualTo(new LogState(new KvPosition(0, START.toEpochMilli(), 7), last, 4, 11));
		log.trim(new KvPosition(0, START.toEpochMilli(), 9));
		assertThat(log.getState(0)).isEqualTo(new LogState(new KvPosition(0, START.toEpochMilli(), 9), last, 2, 11));
		log.trim(new KvPosition(0, Long.MAX_VALUE, 0));
		assertThat(log.getState(0)).isEqualTo(new LogState(null, last, 0, 11));
	}

	@Test
	void readingStartsAfterAPositionAndIsLimited() {
		MemoryKvStore single = store(1, 50);
		List<KvPosition> positions = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			positions.add(Objects.requireNonNull(single.set(write("k" + i, "v")).position()));
		}
		ChangeLogStore log = single.getChangeLog();
		assertThat(log.read(positions.get(1), 3)).extracting(LoggedChange::key).containsExactly("k2", "k3", "k4");
		assertThat(log.read(positions.get(5), 3)).isEmpty();
	}

	@Test
	void snapshotMatchesItsPositionDuringWrites() throws Exception {
		MemoryKvStore single = store(1, 1_000_000);
		ChangeLogStore log = single.getChangeLog();
		AtomicBoolean stop = new AtomicBoolean();
		ExecutorService executor = Executors.newFixedThreadPool(2);
		try {
			List<Future<?>> writers = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				int writer = i;
				writers.add(executor.submit(() -> {
					for (int n = 0; !stop.get(); n++) {
						single.set(write("k" + (n % 3), writer + "-" + n));
					}
				}));
			}
			List<LogSnapshot> snapshots = new ArrayList<>();
			for (int i = 0; i < 300; i++) {
				snapshots.add(log.snapshot(0, List.of("k0", "k1", "k2")));
			}
			stop.set(true);
			for (Future<?> writer : writers) {
				writer.get(10, TimeUnit.SECONDS);
			}
			List<LoggedChange> all = log.read(new KvPosition(0, 0, 0), Integer.MAX_VALUE);
			for (LogSnapshot snapshot : snapshots) {
				for (int key = 0; key < 3; key++) {
					assertThat(snapshot.values().get(key)).isEqualTo(valueAt(all, "k" + key, snapshot.position()));
				}
			}
		}
		finally {
			stop.set(true);
			executor.shutdownNow();
		}
	}

	private static Optional<byte[]> valueAt(List<LoggedChange> entries, String key, KvPosition position) {
		byte[] value = null;
		for (LoggedChange entry : entries) {
			if (entry.key().equals(key) && entry.position().compareTo(position) <= 0) {
				value = entry.value();
			}
		}
		return Optional.ofNullable(value);
	}

	@Test
	void racingWritersAreLoggedInTheOrderInWhichTheyWereApplied() throws Exception {
		int threads = 4;
		CyclicBarrier barrier = new CyclicBarrier(threads);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		MemoryKvStore single = store(1, 1_000_000);
		try {
			List<Future<?>> writers = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				int writer = i;
				writers.add(executor.submit(() -> {
					for (int n = 0; n < 1000; n++) {
						if (n % 100 == 0) {
							barrier.await(10, TimeUnit.SECONDS);
						}
						single.set(write("k", writer + "-" + n));
					}
					return null;
				}));
			}
			for (Future<?> writer : writers) {
				writer.get(20, TimeUnit.SECONDS);
			}
		}
		finally {
			executor.shutdownNow();
		}
		List<LoggedChange> entries = single.getChangeLog().read(new KvPosition(0, 0, 0), Integer.MAX_VALUE);
		assertThat(entries).hasSize(4000);
		assertThat(IntStream.range(1, 4000))
			.allMatch((i) -> entries.get(i).previousValue() == entries.get(i - 1).value());
		assertThat(entries.get(3999).value()).isSameAs(single.get("k"));
	}

	@Test
	void tailWaitsForTheNextEntryOfAnyPartition() throws Exception {
		Map<Integer, KvPosition> ends = Map.of(0, new KvPosition(0, 0, 0), 1, new KvPosition(1, 0, 0), 2,
				new KvPosition(2, 0, 0));
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (ChangeLogStore.Tail tail = this.log.openTail()) {
			assertThat(tail.read(ends, 10, Duration.ofMillis(20))).isEmpty();
			CountDownLatch begun = new CountDownLatch(1);
			Future<Map<Integer, TailRead>> read = executor.submit(() -> {
				begun.countDown();
				return tail.read(ends, 10, Duration.ofSeconds(30));
			});
			begun.await();
			this.store.set(write("k", "a"));
			assertThat(read.get(10, TimeUnit.SECONDS)).containsOnlyKeys(partition("k"));
			this.store.set(write("k", "b"));
			this.store.set(write("k", "c"));
			assertThat(Objects.requireNonNull(tail.read(ends, 2, Duration.ZERO).get(partition("k"))).changes())
				.extracting(MemoryChangeLogTests::text)
				.containsExactly("SET k null>a", "SET k a>b");
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void waitingTailEndsWhenItIsClosedOrInterrupted() throws Exception {
		Map<Integer, KvPosition> ends = Map.of(0, new KvPosition(0, 0, 0));
		ChangeLogStore.Tail tail = this.log.openTail();
		Thread closed = new Thread(() -> tail.read(ends, 10, Duration.ofMinutes(5)));
		closed.start();
		await().until(() -> closed.getState() == Thread.State.TIMED_WAITING);
		tail.close();
		closed.join(10_000);
		assertThat(closed.isAlive()).isFalse();
		AtomicBoolean flag = new AtomicBoolean();
		Thread interrupted = new Thread(() -> {
			this.log.openTail().read(ends, 10, Duration.ofMinutes(5));
			flag.set(Thread.currentThread().isInterrupted());
		});
		interrupted.start();
		interrupted.interrupt();
		interrupted.join(10_000);
		assertThat(flag).isTrue();
	}

	@Test
	void storeWithoutLogIsReported() {
		MemoryKvStore plain = new MemoryKvStore();
		assertThat(plain.set(write("k", "a")).position()).isNull();
		assertThatIllegalStateException().isThrownBy(plain::getChangeLog)
			.withMessage("This store keeps no change log: pass its settings to the constructor");
	}

	private List<LoggedChange> entries(ChangeLogStore log, String key) {
		int partition = log.getSettings().namespace().partitionOf(key);
		return log.read(new KvPosition(partition, 0, 0), 1000);
	}

	private int partition(String key) {
		return this.log.getSettings().namespace().partitionOf(key);
	}

	private static StoreWrite write(String key, String value) {
		return new StoreWrite(key, bytes(value));
	}

	private static StoreWrite write(String key, String value, Duration timeToLive) {
		return new StoreWrite(key, bytes(value), StoreWrite.Condition.ALWAYS, timeToLive, null, false);
	}

	private static String text(LoggedChange entry) {
		return entry.type() + " " + entry.key() + " " + text(entry.previousValue()) + ">" + text(entry.value());
	}

	private static String text(byte @Nullable [] bytes) {
		return (bytes != null) ? new String(bytes, StandardCharsets.UTF_8) : "null";
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
