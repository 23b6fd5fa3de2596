package io.github.kvevents.log.change;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What a change log gives to who reads it, whatever store it is in. There are three
 * partitions.
 */
abstract class KvChangeLogContractTests {

	private StoreChangeFeed feed;

	private StoreKvChangeLog log;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	abstract KvStore store();

	abstract ChangeLogStore changes();

	@BeforeEach
	void create() {
		this.feed = new StoreChangeFeed(changes());
		this.log = new StoreKvChangeLog(changes(), this.feed, new PlainKvCodec());
	}

	@AfterEach
	void stop() {
		this.log.stop();
		this.feed.stop();
		this.executor.shutdownNow();
	}

	@Test
	void eventsAreThoseThatHooksGet() {
		KvBatch batch = new KvBatch("batch-9", 0, 1);
		KvPosition created = set("k", "a");
		KvPosition updated = position(store().setAll(List.of(write("k", "b").in(batch))).results().get(0));
		KvPosition removed = position(store().deleteAll(List.of(new StoreDelete("k", batch))).results().get(0));
		List<KvEvent> events = read(StartPosition.earliest()).events();
		assertThat(events).extracting(KvEvent::getPosition).containsExactly(created, updated, removed);
		assertThat(events.get(0)).isInstanceOf(KvSetEvent.class);
		assertThat(events.get(2)).isInstanceOf(KvDeleteEvent.class);
		assertThat(events).extracting(KvEvent::getType)
			.containsExactly(KvEventType.SET, KvEventType.BATCH_SET, KvEventType.BATCH_DELETE);
		assertThat(events).extracting(KvEvent::getChange)
			.containsExactly(KvChange.CREATED, KvChange.UPDATED, KvChange.REMOVED);
		assertThat(events).extracting(KvEvent::getBatch).containsExactly(null, batch, batch);
		assertThat(events).extracting((event) -> event.getValue(String.class)).containsExactly("a", "b", null);
		assertThat(events).extracting((event) -> event.getPreviousValue(String.class)).containsExactly(null, "a", "b");
		assertThat(events).allSatisfy((event) -> {
			assertThat(event.getOrigin()).isEqualTo(changes().getSettings().instanceId());
			assertThat(event.getOccurredAt().toEpochMilli())
				.isEqualTo(Objects.requireNonNull(event.getPosition()).millis());
		});
	}

	@Test
	void timeOfTheStoreIsThatOfPositions() {
		int partition = set("k", "a").partition();
		long before = changes().askMillis(partition);
		KvPosition position = set("k", "b");
		assertThat(position.millis()).isBetween(before, changes().askMillis(partition));
	}

	@Test
	void anExpiryHasItsDeadlineAndLateness() {
		store()
			.set(new StoreWrite("k", bytes("last"), StoreWrite.Condition.ALWAYS, Duration.ofMillis(60), null, false));
		ReadRequest request = ReadRequest.from(StartPosition.earliest())
			.events(KvEventType.EXPIRED)
			.timeout(Duration.ofSeconds(20));
		KvExpiredEvent event = (KvExpiredEvent) this.log.read(request).events().get(0);
		assertThat(event.getPreviousValue(String.class)).isEqualTo("last");
		assertThat(event.getDeadline()).isEqualTo(event.getOccurredAt());
		assertThat(event.getLateness()).isNotNull();
		assertThat(Objects.requireNonNull(event.getPosition()).millis())
			.isGreaterThanOrEqualTo(event.getOccurredAt().toEpochMilli());
	}

	@Test
	void theFourStarts() {
		KvPosition first = set("k", "1");
		KvPosition second = set("k", "2");
		assertThat(values(StartPosition.earliest())).containsExactly("1", "2");
		assertThat(values(StartPosition.latest())).isEmpty();
		assertThat(values(StartPosition.at(first))).containsExactly("1", "2");
		assertThat(values(StartPosition.at(second))).containsExactly("2");
		assertThat(values(StartPosition.after(first))).containsExactly("2");
		assertThat(values(StartPosition.after(second))).isEmpty();
		KvChangePage latest = read(StartPosition.latest());
		Map<Integer, KvPosition> ends = this.log.latest();
		assertThat(ends).hasSize(3).containsEntry(second.partition(), second);
		set("k", "3");
		assertThat(values(latest.next())).containsExactly("3");
		assertThat(values(StartPosition.afterEach(ends.values()))).containsExactly("3");
	}

	@Test
	void aPositionNamesOnePartition() {
		KvPosition first = null;
		for (int i = 0; i < 30; i++) {
			KvPosition position = set("key" + i, "v");
			first = (first != null) ? first : position;
		}
		int partition = Objects.requireNonNull(first).partition();
		List<KvEvent> events = read(StartPosition.at(first)).events();
		assertThat(events).extracting(KvEvent::getKey)
			.hasSizeBetween(2, 29)
			.allMatch((key) -> changes().getSettings().namespace().partitionOf(key) == partition);
		assertThat(read(StartPosition.earliest()).events()).hasSize(30);
	}

	@Test
	void aPositionOfAPartitionThatThereIsNotIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> read(StartPosition.at(KvPosition.parse("3:17-0"))))
			.withMessage("'3:17-0' is no position of this change log: it has 3 partition(s), counted from 0");
	}

	@Test
	void pagesOfAllPartitionsFollowOnEachOtherWithoutGapOrDuplicate() {
		List<String> written = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			set("key" + i % 11, "v" + i);
			written.add("v" + i);
		}
		List<String> read = new ArrayList<>();
		KvChangePage page = this.log.read(ReadRequest.from(StartPosition.earliest()).limit(7));
		while (!page.isEmpty()) {
			assertThat(page.events()).hasSizeLessThanOrEqualTo(7);
			page.events().forEach((event) -> read.add(event.getValue(String.class)));
			page = this.log.read(ReadRequest.from(page.next()).limit(7));
		}
		assertThat(read).containsExactlyInAnyOrderElementsOf(written);
		for (int key = 0; key < 11; key++) {
			int number = key;
			assertThat(read.stream().filter((value) -> Integer.parseInt(value.substring(1)) % 11 == number))
				.isSortedAccordingTo((one, two) -> Integer.compare(Integer.parseInt(one.substring(1)),
						Integer.parseInt(two.substring(1))));
		}
	}

	@Test
	void filtersLeaveOutAndTheNextPageBeginsBehindWhatTheyLeftOut() {
		for (int i = 0; i < 700; i++) {
			set("noise:" + i % 5, "v" + i);
		}
		set("order:1", "a");
		set("order:2", "b");
		set("order:1", "c");
		store().delete("order:1");
		ReadRequest orders = ReadRequest.from(StartPosition.earliest()).filter(KeyFilter.prefix("order:"));
		assertThat(keys(this.log.read(orders))).containsExactlyInAnyOrder("order:1", "order:2", "order:1", "order:1");
		assertThat(keys(this.log.read(orders.changes(KvChange.CREATED)))).containsExactlyInAnyOrder("order:1",
				"order:2");
		assertThat(keys(this.log.read(orders.events(KvEventType.DELETE)))).containsExactly("order:1");
		KvChangePage none = this.log.read(orders.events(KvEventType.EXPIRED));
		assertThat(none.isEmpty()).isTrue();
		KvPosition next = set("order:3", "d");
		KvChangePage page = read(none.next());
		assertThat(page.events()).extracting(KvEvent::getPosition).containsExactly(next);
	}

	@Test
	void whatWasTrimmedIsSaidWithTheEarliestThatIsLeft() {
		List<KvPosition> positions = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			positions.add(set("k", "v" + i));
		}
		KvPosition last = positions.get(399);
		changes().trim(positions.get(337));
		KvPosition first = Objects.requireNonNull(changes().getState(last.partition()).first());
		int kept = positions.indexOf(first);
		assertThat(kept).isEqualTo(337);
		for (StartPosition start : List.of(StartPosition.at(positions.get(0)), StartPosition.after(positions.get(0)),
				StartPosition.at(positions.get(kept - 1)),
				StartPosition.after(KvPosition.parse(first.partition() + ":0-0")))) {
			assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> read(start))
				.satisfies((ex) -> assertThat(ex.getEarliest()).isEqualTo(first))
				.withMessageContaining("'" + first + "'");
		}
		assertThatExceptionOfType(PositionTrimmedException.class)
			.isThrownBy(() -> read(StartPosition.at(positions.get(7))))
			.withMessageContaining("'" + positions.get(7) + "'");
		assertThat(values(StartPosition.at(first))).startsWith("v" + kept, "v" + (kept + 1));
		assertThat(values(StartPosition.after(first))).startsWith("v" + (kept + 1));
		assertThat(values(StartPosition.earliest())).startsWith("v" + kept);
		KvChangePage page = this.log.read(ReadRequest.from(StartPosition.earliest()).limit(1));
		assertThat(values(page.next())).startsWith("v" + (kept + 1));
		assertThat(values(StartPosition.after(last))).isEmpty();
	}

	@Test
	void aPageThatHasNotBegunInATrimmedPartitionResumesThere() {
		KvPosition old = set("k", "1");
		set("k", "2");
		changes().trim(new KvPosition(old.partition(), old.millis() + 100_000, 0));
		await().until(() -> changes().getState(old.partition()).first() == null);
		KvChangePage page = read(StartPosition.earliest());
		assertThat(page.isEmpty()).isTrue();
		set("k", "3");
		assertThat(values(page.next())).containsExactly("3");
	}

	@Test
	void aPositionPastTheEndResumesFromTheEnd() {
		KvPosition end = set("k", "1");
		KvPosition past = new KvPosition(end.partition(), end.millis() + 3_600_000, 0);
		KvChangePage page = read(StartPosition.after(past));
		assertThat(page.isEmpty()).isTrue();
		KvChangePage inclusive = read(StartPosition.at(past));
		assertThat(inclusive.isEmpty()).isTrue();
		set("k", "2");
		assertThat(values(page.next())).containsExactly("2");
		assertThat(values(inclusive.next())).containsExactly("2");
	}

	@Test
	void aPositionThatTheLogCanNeverHaveHadIsRefused() {
		KvPosition end = set("k", "1");
		KvPosition impossible = new KvPosition(end.partition(), 9_000_000_000_000L, 0);
		for (StartPosition start : List.of(StartPosition.at(impossible), StartPosition.after(impossible))) {
			assertThatIllegalArgumentException().isThrownBy(() -> read(start))
				.withMessageContainingAll(impossible.toString(), end.toString(), "latest");
		}
	}

	@Test
	void aLongPollWaitsForTheFirstEventThatMatches() throws Exception {
		set("k", "0");
		ReadRequest request = ReadRequest.from(StartPosition.latest())
			.filter(KeyFilter.keys(List.of("k")))
			.changes(KvChange.UPDATED)
			.timeout(Duration.ofSeconds(30));
		Future<KvChangePage> read = this.executor.submit(() -> this.log.read(request));
		await().until(() -> this.feed.cursor().size() == 3);
		set("other", "1");
		store().delete("k");
		set("k", "1");
		set("k", "2");
		KvChangePage page = read.get(20, TimeUnit.SECONDS);
		assertThat(page.events()).extracting((event) -> event.getValue(String.class)).containsExactly("2");
		await().until(() -> this.feed.cursor().isEmpty());
	}

	@Test
	void aLongPollAfterTheLastEntryOfAnEmptiedLogReceivesWhatIsWrittenNext() throws Exception {
		KvPosition last = set("k", "1");
		changes().trim(new KvPosition(last.partition(), last.millis() + 100_000, 0));
		await().until(() -> changes().getState(last.partition()).first() == null);
		ReadRequest request = ReadRequest.from(StartPosition.after(last)).timeout(Duration.ofSeconds(30));
		Future<KvChangePage> read = this.executor.submit(() -> this.log.read(request));
		await().until(() -> this.feed.cursor().size() == 3);
		KvChangePage empty = read(StartPosition.after(last));
		set("k", "2");
		assertThat(read.get(20, TimeUnit.SECONDS).events()).extracting((event) -> event.getValue(String.class))
			.containsExactly("2");
		assertThat(values(empty.next())).as("the next page").containsExactly("2");
	}

	@Test
	void aLongPollEndsWithoutEvents() {
		ReadRequest request = ReadRequest.from(StartPosition.latest()).timeout(Duration.ofMillis(50));
		assertThat(this.log.read(request).isEmpty()).isTrue();
	}

	@Test
	void whatIsWrittenWhileALongPollBeginsIsNotMissed() throws Exception {
		for (int round = 0; round < 20; round++) {
			Map<Integer, KvPosition> ends = this.log.latest();
			ReadRequest request = ReadRequest.from(StartPosition.afterEach(ends.values()))
				.timeout(Duration.ofSeconds(30));
			Future<KvChangePage> read = this.executor.submit(() -> this.log.read(request));
			KvPosition position = set("k", "v" + round);
			assertThat(read.get(20, TimeUnit.SECONDS).events()).extracting(KvEvent::getPosition)
				.containsExactly(position);
		}
	}

	@Test
	void aLongPollEndsOnShutdownAndWhenItIsInterrupted() throws Exception {
		ReadRequest request = ReadRequest.from(StartPosition.latest()).timeout(Duration.ofMinutes(5));
		AtomicReference<@Nullable KvChangePage> page = new AtomicReference<>();
		AtomicBoolean flag = new AtomicBoolean();
		Thread interrupted = new Thread(() -> {
			page.set(this.log.read(request));
			flag.set(Thread.currentThread().isInterrupted());
		});
		interrupted.start();
		await().until(() -> this.feed.cursor().size() == 3);
		interrupted.interrupt();
		interrupted.join(10_000);
		assertThat(page.get()).isNotNull();
		assertThat(flag).isTrue();

		Future<KvChangePage> stopped = this.executor.submit(() -> this.log.read(request));
		await().until(() -> this.feed.cursor().size() == 3);
		this.log.stop();
		assertThat(stopped.get(10, TimeUnit.SECONDS).isEmpty()).isTrue();
		assertThat(this.log.isRunning()).isFalse();
	}

	private KvPosition set(String key, String value) {
		return position(store().set(write(key, value)));
	}

	private static KvPosition position(StoreOutcome outcome) {
		return Objects.requireNonNull(outcome.position());
	}

	private KvChangePage read(StartPosition start) {
		return this.log.read(ReadRequest.from(start));
	}

	private List<String> values(StartPosition start) {
		return read(start).events().stream().map((event) -> event.getValue(String.class)).toList();
	}

	private static List<String> keys(KvChangePage page) {
		return page.events().stream().map(KvEvent::getKey).toList();
	}

	private static StoreWrite write(String key, String value) {
		return new StoreWrite(key, bytes(value));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
