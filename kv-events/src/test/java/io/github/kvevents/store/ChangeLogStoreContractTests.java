package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore.LogSnapshot;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The contract of every back end with a change log. A subclass creates an empty one for
 * each test, which keeps at least 50,000 entries and detects expiries, in real time.
 */
public abstract class ChangeLogStoreContractTests {

	private static final Duration HOUR = Duration.ofMinutes(60);

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final KvHeaders HEADERS = Objects
		.requireNonNull(KvHeaders.decodeStrictly("traceparent=00-11-22-01&tenant=a%3Ab%0A%C3%BC%26%3D"));

	protected abstract KvStore store();

	protected abstract ChangeLogStore log();

	@Test
	void eachChangeHasAnEntryInOrderAndItsPositionInTheOutcome() {
		StoreOutcome created = store().set(new StoreWrite("{a}1", bytes("1")));
		StoreOutcome updated = store().set(new StoreWrite("{a}1", bytes("2")).as(KvEventType.SET_RAW));
		StoreOutcome removed = store().delete("{a}1");
		List<LoggedChange> changes = changes("{a}");
		assertThat(changes).extracting(LoggedChange::position)
			.containsExactly(created.position(), updated.position(), removed.position());
		assertThat(changes).isSortedAccordingTo((one, two) -> one.position().compareTo(two.position()));
		assertChange(changes.get(0), KvEventType.SET, "{a}1", "1", null);
		assertChange(changes.get(1), KvEventType.SET_RAW, "{a}1", "2", "1");
		assertChange(changes.get(2), KvEventType.DELETE, "{a}1", null, "2");
		assertThat(changes).extracting(LoggedChange::operationId).doesNotHaveDuplicates();
		assertThat(changes).allSatisfy((change) -> {
			assertThat(change.origin()).isEqualTo(log().getSettings().instanceId());
			assertThat(change.position().partition()).isEqualTo(partition("{a}"));
			assertThat(change.batch()).isNull();
			assertThat(change.detectedAt()).isEqualTo(change.occurredAt());
			assertThat(change.occurredAt()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
		});
	}

	@Test
	void whatChangesNothingHasNoEntry() {
		store().set(new StoreWrite("{a}1", bytes("1")));
		KvPosition last = log().getState(partition("{a}")).last();
		assertNoEntry(store().set(new StoreWrite("{a}1", bytes("1"))), true);
		assertNoEntry(store().set(write("{a}1", "1", Condition.IF_PRESENT)), true);
		assertNoEntry(store().set(write("{a}1", "2", Condition.IF_ABSENT)), false);
		assertNoEntry(store().set(write("{a}2", "2", Condition.IF_PRESENT)), false);
		assertNoEntry(store().set(new StoreWrite("{a}1", bytes("1"), Condition.ALWAYS, HOUR, null, false)), true);
		assertThat(store().getTimeToLive("{a}1")).isPositive();
		assertNoEntry(store().compareAndSet("{a}1", bytes("1"), bytes("1")), true);
		assertNoEntry(store().compareAndSet("{a}1", bytes("2"), bytes("3")), false);
		assertNoEntry(store().compareAndSet("{a}1", bytes("2"), null), false);
		assertNoEntry(store().compareAndSet("{a}2", null, null), true);
		assertNoEntry(store().delete("{a}2"), false);
		assertNoEntry(store().setAll(List.of(new StoreWrite("{a}1", bytes("1")))).results().get(0), true);
		assertNoEntry(store().deleteAll(List.of(new StoreDelete("{a}2"))).results().get(0), false);
		assertThat(store().expire("{a}1", HOUR)).isTrue();
		assertThat(store().persist("{a}1")).isTrue();
		assertThat(log().getState(partition("{a}")).last()).isEqualTo(last);
		assertThat(log().read(last, 10)).isEmpty();
	}

	@Test
	void conditionalWritesHaveEntries() {
		assertEntry(store().set(write("{a}1", "1", Condition.IF_ABSENT)), KvEventType.SET, "1", null);
		assertEntry(store().set(write("{a}1", "2", Condition.IF_PRESENT)), KvEventType.SET, "2", "1");
		assertEntry(store().compareAndSet("{a}1", bytes("2"), bytes("3")), KvEventType.SET, "3", "2");
		assertEntry(store().compareAndSet("{a}1", bytes("3"), null), KvEventType.DELETE, null, "3");
		assertEntry(store().compareAndSet("{a}1", null, bytes("4")), KvEventType.SET, "4", null);
		assertEntry(store().set(new StoreWrite("{a}1", bytes("5"), Condition.ALWAYS, null, null, true)),
				KvEventType.SET, "5", "4");
		assertEntry(store().set(new StoreWrite("{a}1", bytes("6"), Condition.ALWAYS, HOUR, null, false)),
				KvEventType.SET, "6", "5");
		Instant later = Instant.now().plus(HOUR);
		assertEntry(store().set(new StoreWrite("{a}1", bytes("7"), Condition.ALWAYS, null, later, false)),
				KvEventType.SET, "7", "6");
		assertThat(changes("{a}")).hasSize(8);
	}

	@Test
	void entriesCarryTheHeadersOfTheirOperation() {
		WriteHeaders.call(HEADERS, () -> {
			store().set(new StoreWrite("{a}1", bytes("1")));
			store().set(new StoreWrite("{a}1", bytes("2"), Condition.ALWAYS, HOUR, null, false));
			store().set(write("{a}1", "3", Condition.IF_PRESENT));
			store().compareAndSet("{a}1", bytes("3"), bytes("4"));
			store().setAll(List.of(new StoreWrite("{a}1", bytes("5")).in(new KvBatch("b", 0, 2)),
					new StoreWrite("{a}2", bytes("5")).in(new KvBatch("b", 1, 2))));
			store().delete("{a}1");
			return store().deleteAll(List.of(new StoreDelete("{a}2")));
		});
		store().set(new StoreWrite("{a}1", bytes("6")));
		store().delete("{a}1");
		assertThat(changes("{a}")).extracting(LoggedChange::headers)
			.containsExactly(HEADERS, HEADERS, HEADERS, HEADERS, HEADERS, HEADERS, HEADERS, HEADERS, KvHeaders.NONE,
					KvHeaders.NONE);
		assertThat(changes("{a}")).extracting(LoggedChange::origin).containsOnly(log().getSettings().instanceId());
		assertThat(store().carriesHeaders()).isTrue();
	}

	@Test
	void expiriesCarryTheHeadersOfTheOperationThatGaveTheDeadline() {
		Duration soon = Duration.ofMillis(1500);
		Instant deadline = Instant.now().plus(soon).truncatedTo(ChronoUnit.MILLIS);
		StoreWrite at = new StoreWrite("{a}same", bytes("1"), Condition.ALWAYS, null, deadline, false);
		WriteHeaders.call(HEADERS, () -> {
			store().set(expiring("{a}set", soon));
			store().set(expiring("{a}overwritten", HOUR));
			store().set(expiring("{a}shortened", HOUR));
			store().set(expiring("{a}kept", soon));
			store().set(expiring("{a}persisted", HOUR));
			store().persist("{a}persisted");
			store().set(expiring("{a}deleted", soon));
			store().delete("{a}deleted");
			store().set(at);
			return store().setAll(List.of(expiring("{a}batch", soon), expiring("{a}batch2", soon)));
		});
		store().set(expiring("{a}overwritten", soon));
		store().expire("{a}shortened", soon);
		store().set(new StoreWrite("{a}kept", bytes("2"), Condition.ALWAYS, null, null, true));
		store().expire("{a}persisted", soon);
		store().set(expiring("{a}deleted", soon));
		store().set(at);
		store().set(expiring("{a}expire", HOUR));
		store().set(expiring("{a}compared", soon));
		WriteHeaders.call(HEADERS, () -> store().expire("{a}expire", soon));
		WriteHeaders.call(HEADERS, () -> store().compareAndSet("{a}compared", bytes("1"), bytes("2")));
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(changes("{a}")).filteredOn((change) -> change.type() == KvEventType.EXPIRED)
				.hasSize(11));
		assertThat(changes("{a}")).filteredOn((change) -> change.type() == KvEventType.EXPIRED)
			.allSatisfy((change) -> assertThat(change.headers()).as(change.key())
				.isEqualTo(List.of("{a}set", "{a}batch", "{a}batch2", "{a}expire", "{a}compared").contains(change.key())
						? HEADERS : KvHeaders.NONE));
	}

	@Test
	void batchesKeepTheirIdAndEachKeyItsIndex() {
		store().set(new StoreWrite("k2", bytes("same")));
		List<String> keys = IntStream.range(0, 7).mapToObj((index) -> "k" + index).toList();
		List<StoreOutcome> outcomes = store()
			.setAll(keys.stream()
				.map((key) -> new StoreWrite(key, bytes("same")).in(new KvBatch("b:/1", keys.indexOf(key), 7)))
				.toList())
			.results();
		assertThat(outcomes.get(2).position()).isNull();
		List<StoreOutcome> removals = store()
			.deleteAll(
					keys.stream().map((key) -> new StoreDelete(key, new KvBatch("b2", keys.indexOf(key), 7))).toList())
			.results();
		Map<String, List<LoggedChange>> byKey = new HashMap<>();
		LogReplay.readAll(log())
			.forEach((change) -> byKey.computeIfAbsent(change.key(), (key) -> new ArrayList<>()).add(change));
		for (int index = 0; index < 7; index++) {
			List<LoggedChange> changes = byKey.get("k" + index);
			assertThat(changes).hasSize(2);
			boolean wasThere = index == 2;
			assertThat(changes.get(0).batch()).isEqualTo(wasThere ? null : new KvBatch("b:/1", index, 7));
			assertChange(changes.get(0), wasThere ? KvEventType.SET : KvEventType.BATCH_SET, "k" + index, "same", null);
			assertThat(changes.get(1).batch()).isEqualTo(new KvBatch("b2", index, 7));
			assertChange(changes.get(1), KvEventType.BATCH_DELETE, "k" + index, null, "same");
			assertThat(removals.get(index).position()).isEqualTo(changes.get(1).position());
		}
	}

	@Test
	void keyTwiceInABatchHasTwoEntries() {
		store().setAll(List.of(new StoreWrite("a", bytes("1")), new StoreWrite("a", bytes("2")),
				new StoreWrite("a", bytes("2"))));
		assertThat(LogReplay.assertGives(log(), store(), List.of("a"))).hasSize(2);
	}

	@Test
	void expiryHasItsDeadlineAndTheLastValue() {
		Instant deadline = Instant.ofEpochMilli(System.currentTimeMillis() + 300);
		store().set(new StoreWrite("{a}1", bytes("1"), Condition.ALWAYS, null, deadline, false));
		await().atMost(PATIENCE).until(() -> changes("{a}").size() == 2);
		LoggedChange expiry = changes("{a}").get(1);
		assertChange(expiry, KvEventType.EXPIRED, "{a}1", null, "1");
		assertThat(expiry.occurredAt()).isEqualTo(deadline);
		assertThat(expiry.detectedAt()).isAfterOrEqualTo(deadline);
		assertThat(expiry.origin()).isEqualTo(log().getSettings().instanceId());
		assertThat(expiry.batch()).isNull();
		assertThat(expiry.operationId()).isNotEmpty().isNotEqualTo(changes("{a}").get(0).operationId());
	}

	@Test
	void detectedExpiryHasItsEntryBeforeTheWrite() {
		for (int round = 0; round < 50; round++) {
			store().set(new StoreWrite("{a}1", bytes("short"), Condition.ALWAYS, Duration.ofMillis(1), null, false));
			await().pollInSameThread().pollDelay(Duration.ZERO).until(() -> !store().exists("{a}1"));
			StoreOutcome outcome = store().set(new StoreWrite("{a}1", bytes("" + round)));
			assertThat(outcome.previousValue()).isNull();
			store().delete("{a}1");
		}
		List<LoggedChange> changes = LogReplay.assertGives(log(), store(), List.of("{a}1"));
		assertThat(changes).hasSize(200);
		assertThat(changes.stream().filter((change) -> change.type() == KvEventType.EXPIRED)).hasSize(50);
	}

	@Test
	void anyBytesAndAnyKeyAreRead() {
		byte[] all = new byte[256];
		IntStream.range(0, 256).forEach((index) -> all[index] = (byte) index);
		List<String> keys = List.of("plain", "{tag}:1", "a{b}c{d}", "}{", "{}", "\u00fc\ud83d\ude00\n:", "v", "*?[x]");
		keys.forEach((key) -> {
			store().set(new StoreWrite(key, all.clone()));
			store().set(new StoreWrite(key, new byte[0]));
			store().set(new StoreWrite(key, bytes("x")));
			store().delete(key);
		});
		Map<String, List<String>> values = new HashMap<>();
		LogReplay.assertGives(log(), store(), keys)
			.forEach((change) -> values.computeIfAbsent(change.key(), (key) -> new ArrayList<>())
				.add(LogReplay.text(change.value())));
		assertThat(values).containsOnlyKeys(keys);
		assertThat(values.values())
			.allSatisfy((written) -> assertThat(written).isEqualTo(Arrays.asList(LogReplay.text(all), "", "x", null)));
	}

	@Test
	void readsAfterAPositionThatNeedNotBeAnEntry() {
		List<KvPosition> positions = IntStream.range(0, 25)
			.mapToObj((index) -> position(store().set(new StoreWrite("{a}" + index, bytes("1")))))
			.toList();
		assertThat(log().read(new KvPosition(partition("{a}"), 0, 0), 10)).extracting(LoggedChange::position)
			.isEqualTo(positions.subList(0, 10));
		assertThat(log().read(positions.get(9), 100)).extracting(LoggedChange::position)
			.isEqualTo(positions.subList(10, 25));
		KvPosition first = positions.get(0);
		assertThat(log().read(new KvPosition(first.partition(), first.millis() - 1, 77), 1))
			.extracting(LoggedChange::position)
			.containsExactly(first);
		assertThat(log().read(positions.get(24), 1)).isEmpty();
		assertThat(log().read(new KvPosition(first.partition(), Long.MAX_VALUE, 0), 1)).isEmpty();
	}

	@Test
	void stateHasFirstAndLastPosition() {
		int partition = partition("{a}");
		assertThat(log().getState(partition)).isEqualTo(new LogState(null, new KvPosition(partition, 0, 0), 0, 0));
		assertThat(log().read(new KvPosition(partition, 0, 0), 10)).isEmpty();
		StoreOutcome first = store().set(new StoreWrite("{a}1", bytes("1")));
		store().set(new StoreWrite("{a}1", bytes("2")));
		StoreOutcome last = store().delete("{a}1");
		assertThat(log().getState(partition)).isEqualTo(new LogState(first.position(), position(last), 3, 3));
		assertThat(log().getState(partition).isTrimmedAfter(new KvPosition(partition, 0, 0))).isFalse();
	}

	@Test
	void trimRemovesEarlierEntriesAndNothingElse() {
		List<StoreWrite> writes = IntStream.range(0, 3000)
			.mapToObj((index) -> new StoreWrite("{a}" + index, bytes("1")))
			.toList();
		List<StoreOutcome> outcomes = store().setAll(writes).results();
		int partition = partition("{a}");
		log().trim(position(outcomes.get(0)));
		assertThat(log().getState(partition).length()).isEqualTo(3000);
		KvPosition before = position(outcomes.get(2537));
		log().trim(before);
		LogState state = log().getState(partition);
		assertThat(state.length()).isEqualTo(463);
		assertThat(state.added()).isEqualTo(3000);
		assertThat(state.first()).isEqualTo(before);
		assertThat(state.last()).isEqualTo(outcomes.get(2999).position());
		assertThat(log().read(new KvPosition(partition, 0, 0), 5000)).hasSize((int) state.length());
		assertThat(state.isTrimmedAfter(position(outcomes.get(2000)))).isTrue();
		assertThat(state.isTrimmedAfter(before)).isFalse();
	}

	@Test
	void snapshotHasValuesInOrderAndTheLastPosition() {
		int partition = partition("{a}");
		assertThat(log().snapshot(partition, List.of("{a}1")).values()).containsExactly(Optional.empty());
		assertThat(log().snapshot(partition, List.of("{a}1")).position()).isEqualTo(new KvPosition(partition, 0, 0));
		store().set(new StoreWrite("{a}1", bytes("1")));
		KvPosition last = position(store().set(new StoreWrite("{a}2", new byte[0])));
		LogSnapshot snapshot = log().snapshot(partition, List.of("{a}2", "{a}3", "{a}1", "{a}1"));
		assertThat(snapshot.position()).isEqualTo(last);
		assertThat(snapshot.values().stream().map((value) -> value.map(LogReplay::text)))
			.containsExactly(Optional.of(""), Optional.empty(), Optional.of("1"), Optional.of("1"));
		assertThat(log().snapshot(partition, List.of())).isEqualTo(new LogSnapshot(List.of(), last));
	}

	@Test
	void snapshotDuringWritesMatchesTheLogExactly() throws Exception {
		List<String> keys = IntStream.range(0, 20).mapToObj((index) -> "{a}" + index).toList();
		List<LogSnapshot> snapshots = new ArrayList<>();
		whileWriting(4, 1500, keys, () -> snapshots.add(log().snapshot(partition("{a}"), keys)));
		awaitExpiries(keys);
		List<LoggedChange> changes = changes("{a}");
		assertThat(snapshots).hasSizeGreaterThan(3);
		Map<String, String> values = new HashMap<>();
		int next = 0;
		for (LogSnapshot snapshot : snapshots) {
			while (next < changes.size() && changes.get(next).position().compareTo(snapshot.position()) <= 0) {
				values.put(changes.get(next).key(), LogReplay.text(changes.get(next).value()));
				next++;
			}
			List<LoggedChange> behind = changes.subList(next, changes.size());
			for (int index = 0; index < keys.size(); index++) {
				String key = keys.get(index);
				String value = snapshot.values().get(index).map(LogReplay::text).orElse(null);
				if (value != null || !isNextAnExpiry(key, behind)) {
					assertThat(value).isEqualTo(values.get(key));
				}
			}
		}
	}

	/**
	 * A key is absent at its deadline; its expiry is in the log a little later.
	 */
	private static boolean isNextAnExpiry(String key, List<LoggedChange> changes) {
		return changes.stream()
			.filter((change) -> change.key().equals(key))
			.findFirst()
			.filter((change) -> change.type() == KvEventType.EXPIRED)
			.isPresent();
	}

	@Test
	void tailWaitsForEntriesAndMissesNone() throws Exception {
		List<String> keys = IntStream.range(0, 30).mapToObj((index) -> "key" + index).toList();
		Map<Integer, KvPosition> cursor = start();
		List<LoggedChange> seen = new ArrayList<>();
		try (ChangeLogStore.Tail tail = log().openTail()) {
			assertThat(readOn(tail, cursor, seen)).isZero();
			assertThat(tail.read(Map.of(), 10, Duration.ofMillis(1))).isEmpty();
			whileWriting(4, 1000, keys, () -> readOn(tail, cursor, seen));
			awaitExpiries(keys);
			while (readOn(tail, cursor, seen) > 0) {
				// on to the end
			}
		}
		List<LoggedChange> all = LogReplay.readAll(log());
		for (int partition : cursor.keySet()) {
			assertThat(
					seen.stream().map(LoggedChange::position).filter((position) -> position.partition() == partition))
				.containsExactlyElementsOf(all.stream()
					.map(LoggedChange::position)
					.filter((position) -> position.partition() == partition)
					.toList());
		}
	}

	@Test
	void tailWakesUpForAnEntry() throws Exception {
		ExecutorService reader = Executors.newSingleThreadExecutor();
		try (ChangeLogStore.Tail tail = log().openTail()) {
			Map<Integer, KvPosition> cursor = start();
			List<LoggedChange> seen = new ArrayList<>();
			Future<?> found = reader.submit(() -> {
				while (readOn(tail, cursor, seen) == 0) {
					// a wait may be shorter than asked for
				}
			});
			KvPosition position = position(store().set(new StoreWrite("late", bytes("1"))));
			found.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
			assertThat(seen).extracting(LoggedChange::position).containsExactly(position);
		}
		finally {
			reader.shutdownNow();
		}
	}

	@Test
	void racingWritersOfEveryKindAreReplayedExactly() throws Exception {
		List<String> keys = IntStream.range(0, 12).mapToObj((index) -> "key" + index).toList();
		whileWriting(8, 1500, keys, () -> {
		});
		awaitExpiries(keys);
		List<LoggedChange> changes = LogReplay.readAll(log());
		assertThat(changes.stream().map(LoggedChange::type)).contains(KvEventType.SET, KvEventType.DELETE,
				KvEventType.BATCH_SET, KvEventType.BATCH_DELETE, KvEventType.EXPIRED);
		assertThat(changes).extracting(LoggedChange::operationId).doesNotHaveDuplicates();
	}

	/**
	 * Called after the last write: waits until no key has a time to live and the log
	 * contains the last expiry.
	 */
	private void awaitExpiries(List<String> keys) {
		keys.forEach((key) -> await().atMost(PATIENCE).until(() -> store().getTimeToLive(key) == null));
		await().atMost(PATIENCE).untilAsserted(() -> LogReplay.assertGives(log(), store(), keys));
	}

	private int readOn(ChangeLogStore.Tail tail, Map<Integer, KvPosition> cursor, List<LoggedChange> seen) {
		Map<Integer, TailRead> read = new HashMap<>();
		if (log().isDistributed()) {
			Map.copyOf(cursor)
				.forEach((partition, after) -> read
					.putAll(tail.read(Map.of(partition, after), 7, Duration.ofMillis(50))));
		}
		else {
			read.putAll(tail.read(cursor, 7, Duration.ofMillis(200)));
		}
		read.forEach((partition, part) -> {
			assertThat(part.changes()).isNotEmpty().hasSizeLessThanOrEqualTo(7);
			assertThat(part.skipped()).isEmpty();
			cursor.put(partition, part.last());
			seen.addAll(part.changes());
		});
		return read.size();
	}

	private Map<Integer, KvPosition> start() {
		Map<Integer, KvPosition> cursor = new HashMap<>();
		IntStream.range(0, log().getSettings().namespace().partitions())
			.forEach((partition) -> cursor.put(partition, new KvPosition(partition, 0, 0)));
		return cursor;
	}

	/**
	 * Writes with several threads in every way, and runs an action repeatedly meanwhile.
	 */
	private void whileWriting(int writers, int rounds, List<String> keys, Runnable meanwhile) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			List<Future<Void>> work = IntStream.range(0, writers)
				.mapToObj((writer) -> threads.submit(writer(writer, rounds, keys)))
				.toList();
			while (!work.stream().allMatch(Future::isDone)) {
				meanwhile.run();
			}
			for (Future<Void> done : work) {
				done.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private Callable<Void> writer(int writer, int rounds, List<String> keys) {
		Random random = new Random(writer);
		return () -> {
			for (int round = 0; round < rounds; round++) {
				String key = keys.get(random.nextInt(keys.size()));
				String other = keys.get(random.nextInt(keys.size()));
				byte[] value = bytes(String.valueOf(random.nextInt(3)));
				switch (random.nextInt(9)) {
					case 0 -> store().delete(key);
					case 1 -> store().set(new StoreWrite(key, value, Condition.ALWAYS,
							Duration.ofMillis(1 + random.nextInt(8)), null, false));
					case 2 -> store().compareAndSet(key, store().get(key), random.nextBoolean() ? value : null);
					case 3 -> store().setAll(Stream.of(key, other)
						.map((name) -> new StoreWrite(name, value).in(new KvBatch("batch", 0, 2)))
						.toList());
					case 4 -> store().deleteAll(Stream.of(key, other)
						.map((name) -> new StoreDelete(name, new KvBatch("batch", 0, 2)))
						.toList());
					case 5 -> store().set(new StoreWrite(key, value, Condition.IF_ABSENT, null, null, false));
					case 6 -> store().set(new StoreWrite(key, value, Condition.IF_PRESENT, null, null, true));
					default -> store().set(new StoreWrite(key, value));
				}
			}
			return null;
		};
	}

	private void assertEntry(StoreOutcome outcome, KvEventType type, @Nullable String value,
			@Nullable String previousValue) {
		assertThat(outcome.applied()).isTrue();
		List<LoggedChange> changes = changes("{a}");
		LoggedChange last = changes.get(changes.size() - 1);
		assertThat(outcome.position()).isEqualTo(last.position());
		assertThat(LogReplay.text(outcome.previousValue())).isEqualTo(previousValue);
		assertChange(last, type, "{a}1", value, previousValue);
	}

	private static void assertNoEntry(StoreOutcome outcome, boolean applied) {
		assertThat(outcome.applied()).isEqualTo(applied);
		assertThat(outcome.position()).isNull();
	}

	private static void assertChange(LoggedChange change, KvEventType type, String key, @Nullable String value,
			@Nullable String previousValue) {
		assertThat(change.type()).isEqualTo(type);
		assertThat(change.key()).isEqualTo(key);
		assertThat(LogReplay.text(change.value())).isEqualTo(value);
		assertThat(LogReplay.text(change.previousValue())).isEqualTo(previousValue);
	}

	/**
	 * The whole log of the partition of a key.
	 */
	private List<LoggedChange> changes(String key) {
		return LogReplay.readAll(log(), partition(key));
	}

	private static KvPosition position(StoreOutcome outcome) {
		return Objects.requireNonNull(outcome.position());
	}

	private int partition(String key) {
		return log().getSettings().namespace().partitionOf(key);
	}

	private static StoreWrite write(String key, String value, Condition condition) {
		return new StoreWrite(key, bytes(value), condition, null, null, false);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static StoreWrite expiring(String key, Duration timeToLive) {
		return new StoreWrite(key, bytes("1"), Condition.ALWAYS, timeToLive, null, false);
	}

}
