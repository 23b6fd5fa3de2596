package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvCodecException;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.fixture.CloseProbe;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.StoreKvEventLog.EventLogEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What event logs do, whatever store they are in.
 */
@NullUnmarked // passes null where it must not be
abstract class KvEventLogsContractTests {

	static final JsonKvCodec CODEC = new JsonKvCodec(JsonMapper.builder().build());

	private StoreKvEventLogs logs;

	abstract StoreKvEventLogs create();

	@BeforeEach
	void createLogs() {
		this.logs = create();
	}

	@AfterEach
	void stopLogs() {
		this.logs.stop();
	}

	@Test
	void entriesComeBackInOrderWithTheIdsThatAddReturned() {
		KvEventLog log = open("sensors");
		Map<String, Object> reading = new LinkedHashMap<>();
		reading.put("sensor", "s1");
		reading.put("value", 21.5);
		reading.put("raw", new byte[] { 0, -1 });
		List<EntryId> ids = log.add(reading, Map.of("sensor", "größe \uD83D\uDE00"));
		List<LogEntry> entries = log.tail();
		assertThat(entries).extracting(LogEntry::getId).isEqualTo(ids);
		assertThat(ids.get(1)).isGreaterThan(ids.get(0));
		LogEntry first = entries.get(0);
		assertThat(first.getFieldNames()).containsExactly("sensor", "value", "raw");
		assertThat(first.get("sensor", String.class)).isEqualTo("s1");
		assertThat(first.get("value", Double.class)).isEqualTo(21.5);
		assertThat(first.getRaw("raw")).containsExactly(0, -1);
		assertThat(first.get("none", String.class)).isNull();
		assertThat(first.getRaw("none")).isNull();
		assertThat(entries.get(1).get("sensor", String.class)).isEqualTo("größe \uD83D\uDE00");
		assertThat(first.toString()).contains("sensor").doesNotContain("s1");
	}

	@Test
	void bytesThatAreHandedOutAreCopies() {
		KvEventLog log = open("copies");
		log.add(Map.of("v", "abc"));
		LogEntry entry = log.tail().get(0);
		entry.getRaw("v")[0] = 'x';
		assertThat(entry.get("v", String.class)).isEqualTo("abc");
	}

	@Test
	void aFieldMayHaveTheNameOfTheMark() {
		KvEventLog log = open("mark");
		log.add(Map.of("#", "7-9"));
		assertThat(log.tail().get(0).getFieldNames()).containsExactly("#");
		assertThat(log.tail().get(0).get("#", String.class)).isEqualTo("7-9");
	}

	@Test
	void aValueOfAnotherTypeNamesFieldAndLogButNotTheValue() {
		KvEventLog log = open("typed");
		log.add(Map.of("field-x", "secret"));
		LogEntry entry = log.tail().get(0);
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> entry.get("field-x", Map.class))
			.withMessageContainingAll("field-x", "typed", "java.util.Map")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
	}

	@Test
	void nothingIsAddedWhenOneEntryIsWrong() {
		KvEventLog log = open("whole");
		Map<String, Object> nullValue = new HashMap<>();
		nullValue.put("temperature", null);
		assertThatIllegalArgumentException().isThrownBy(() -> log.add(value(1), nullValue))
			.withMessageContainingAll("'entries[1]'", "temperature");
		assertThatIllegalArgumentException().isThrownBy(() -> log.add(value(1), Map.of()))
			.withMessageContaining("'entries[1]' must have at least one field");
		assertThatIllegalArgumentException().isThrownBy(() -> log.add(value(1), null))
			.withMessageContaining("'entries[1]' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> log.add(value(1), Map.of("\uD800", "v")))
			.withMessageContaining("U+D800");
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> log.add(value(1), Map.of("v", "\uD800")))
			.withMessageContaining("'v'");
		assertThatExceptionOfType(KvCodecException.class)
			.isThrownBy(() -> log.add(value(1), Map.of("empty", Optional.empty())))
			.withMessageContaining("'empty'")
			.withStackTraceContaining("leave the field out");
		assertThatIllegalArgumentException().isThrownBy(() -> log.add(value(1), fields(EventLogEncoder.MAX_FIELDS + 1)))
			.withMessageContaining("at most 3500 fields but has 3501");
		assertThat(log.tail()).isEmpty();
		assertThat(log.add()).isEmpty();
	}

	@Test
	void manyEntriesAndManyFieldsAreOneAdd() {
		KvEventLog log = open("large");
		List<EntryId> ids = log.addAll(IntStream.range(0, 20_000).mapToObj((i) -> value(i)).toList());
		assertThat(ids).hasSize(20_000).isSorted().doesNotHaveDuplicates();
		assertThat(values(log.tail())).isEqualTo(numbers(0, 20_000));
		log.add(fields(EventLogEncoder.MAX_FIELDS));
		assertThat(log.tail(1).get(0).getFieldNames()).hasSize(EventLogEncoder.MAX_FIELDS);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "1, 0", "7, 0", "250, 0", "0, 10", "9, 10", "10, 10", "11, 10", "25, 10", "450, 130",
			"130, 130" })
	void readsTheTailTheLastAndFromAnId(int added, int maxLength) {
		KvEventLog log = (maxLength > 0) ? this.logs.open("grid", EventLogOptions.defaults().maxLength(maxLength))
				: open("grid");
		List<EntryId> ids = new ArrayList<>();
		IntStream.range(0, added).forEach((i) -> ids.addAll(log.add(value(i))));
		int first = (maxLength > 0) ? Math.max(0, added - maxLength) : 0;
		assertThat(values(log.tail())).isEqualTo(numbers(first, added));
		for (int n : new int[] { 0, 1, 5, 10, 129, 130, 131, 1000 }) {
			assertThat(values(log.tail(n))).isEqualTo(numbers(Math.max(first, added - n), added));
		}
		for (int from = 0; from < added; from += 3) {
			assertThat(values(log.tailFrom(ids.get(from)))).isEqualTo(numbers(Math.max(first, from), added));
		}
		if (added > 0) {
			EntryId end = ids.get(added - 1);
			assertThat(values(log.tailFrom(end))).isEqualTo(numbers(added - 1, added));
			assertThat(log.tailFrom(end.next())).isEmpty();
			assertThat(values(log.tailFrom(new EntryId(1, 1)))).isEqualTo(numbers(first, added));
		}
	}

	@Test
	void aBatchBeyondTheLengthLeavesItsEnd() {
		KvEventLog log = this.logs.open("short", EventLogOptions.defaults().maxLength(3));
		log.addAll(IntStream.range(0, 500).mapToObj((i) -> value(i)).toList());
		assertThat(values(log.tail())).containsExactly("497", "498", "499");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 4, 1000 })
	void theFirstBatchIsWhatIsThereAlsoWhenEmpty(int n) {
		KvEventLog log = open("first");
		addNumbers(log, 0, 10);
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(n, follower);
		await().until(() -> !follower.batches.isEmpty());
		assertThat(follower.first()).isEqualTo(numbers(Math.max(0, 10 - n), 10));
		addNumbers(log, 10, 12);
		await().untilAsserted(() -> assertThat(follower.received).isEqualTo(numbers(Math.max(0, 10 - n), 12)));
	}

	@Test
	void aFollowThatStopsTheLogsDoesNotWaitForItself() {
		AtomicReference<Duration> took = new AtomicReference<>();
		open("stopping").tailAndFollow(new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) {
				long start = System.nanoTime();
				KvEventLogsContractTests.this.logs.stop();
				took.set(Duration.ofNanos(System.nanoTime() - start));
			}

		});
		await().until(() -> took.get() != null);
		assertThat(took.get()).as("it waits five seconds for others").isLessThan(Duration.ofSeconds(4));
	}

	@Test
	void aFollowOfALogThatDoesNotExistYetBeginsEmptyAndHearsTheFirstEntry() {
		KvEventLog log = open("later");
		RecordingFollower follower = new RecordingFollower();
		Follow follow = log.tailAndFollow(follower);
		await().until(() -> follower.batches.size() == 1);
		assertThat(follower.first()).isEmpty();
		assertThat(follow.getPosition()).isNull();
		EntryId id = log.add(value(5)).get(0);
		await().untilAsserted(() -> assertThat(follow.getPosition()).isEqualTo(id));
		assertThat(follower.received).containsExactly("5");
	}

	@Test
	void aFollowNeverReplaysMoreThanTheLength() {
		KvEventLog log = this.logs.open("bounded", EventLogOptions.defaults().maxLength(4));
		List<EntryId> ids = addNumbers(log, 0, 30);
		RecordingFollower tail = new RecordingFollower();
		RecordingFollower from = new RecordingFollower();
		log.tailAndFollow(tail);
		log.tailFromAndFollow(ids.get(20), from);
		addNumbers(log, 30, 31);
		await().untilAsserted(() -> assertThat(tail.received).containsExactly("26", "27", "28", "29", "30"));
		await().untilAsserted(() -> assertThat(from.received).containsExactly("gap -1", "26", "27", "28", "29", "30"));
	}

	@Test
	void aFollowFromAnIdThatIsThereHasNoGap() {
		KvEventLog log = this.logs.open("from", EventLogOptions.defaults().maxLength(5));
		List<EntryId> ids = addNumbers(log, 0, 9);
		RecordingFollower follower = new RecordingFollower();
		log.tailFromAndFollow(ids.get(6), follower);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("6", "7", "8"));
	}

	@Test
	void aFollowFromAnIdPastTheEndReplaysNothingAndHearsWhatIsNew() {
		KvEventLog log = open("future");
		addNumbers(log, 0, 3);
		RecordingFollower follower = new RecordingFollower();
		log.tailFromAndFollow(new EntryId(Long.MAX_VALUE / 4, 0), follower);
		await().until(() -> !follower.batches.isEmpty());
		addNumbers(log, 3, 6);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("3", "4", "5"));
		assertThat(follower.first()).isEmpty();
	}

	@Test
	void twentyProducersAndSixtyFollowersSeeEachEntryOnceInOneOrder() throws Exception {
		KvEventLog log = open("crowd");
		List<RecordingFollower> followers = new ArrayList<>();
		ExecutorService executor = Executors.newFixedThreadPool(20);
		CountDownLatch begin = new CountDownLatch(1);
		try {
			List<Future<?>> producers = new ArrayList<>();
			for (int producer = 0; producer < 20; producer++) {
				String name = "p" + producer + "-";
				producers.add(executor.submit(() -> {
					begin.await();
					for (int i = 0; i < 20; i++) {
						log.add(Map.of("v", name + i));
					}
					return null;
				}));
			}
			for (int i = 0; i < 60; i++) {
				if (i == 30) {
					begin.countDown();
				}
				RecordingFollower follower = new RecordingFollower();
				followers.add(follower);
				log.tailAndFollow(follower);
			}
			for (Future<?> producer : producers) {
				producer.get(30, TimeUnit.SECONDS);
			}
		}
		finally {
			executor.shutdownNow();
		}
		List<String> all = values(log.tail());
		assertThat(all).hasSize(400).doesNotHaveDuplicates();
		for (RecordingFollower follower : followers) {
			await().untilAsserted(() -> assertThat(follower.received).hasSizeGreaterThanOrEqualTo(400));
			assertThat(follower.received).isEqualTo(all);
			assertThat(follower.overlaps).hasValue(0);
		}
	}

	@Test
	void aListenerThatThrowsIsCountedAndReceivesTheNextEntries() {
		KvEventLog log = open("throws");
		RecordingFollower follower = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				super.onEntries(entries);
				if (entries.stream().anyMatch((entry) -> "1".equals(entry.get("v", String.class)))) {
					throw new java.io.IOException("on purpose");
				}
				if (entries.stream().anyMatch((entry) -> "2".equals(entry.get("v", String.class)))) {
					throw new AssertionError("on purpose");
				}
			}

		};
		Follow follow = log.tailAndFollow(follower);
		for (int i = 0; i < 4; i++) {
			EntryId id = log.add(value(i)).get(0);
			await().until(() -> id.equals(follow.getPosition()));
		}
		assertThat(follower.received).containsExactly("0", "1", "2", "3");
		assertThat(follow.getFailures()).isEqualTo(2);
		assertThat(follow.isOpen()).isTrue();
		assertThat(follower.errors).isEmpty();
	}

	@Test
	void aSlowListenerStopsNoOtherAndGetsAllInTheEnd() throws Exception {
		KvEventLog log = open("slow");
		CountDownLatch gate = new CountDownLatch(1);
		RecordingFollower slow = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				gate.await();
				super.onEntries(entries);
			}

		};
		RecordingFollower fast = new RecordingFollower();
		log.tailAndFollow(slow);
		log.tailAndFollow(fast);
		int count = 5 * FollowBuffer.CAPACITY + 7;
		for (int i = 0; i < count; i += 100) {
			addNumbers(log, i, Math.min(count, i + 100));
		}
		await().untilAsserted(() -> assertThat(fast.received).hasSize(count));
		assertThat(slow.received).isEmpty();
		gate.countDown();
		await().untilAsserted(() -> assertThat(slow.received).hasSize(count));
		assertThat(slow.received).isEqualTo(numbers(0, count));
		addNumbers(log, count, count + 1);
		await().untilAsserted(() -> assertThat(slow.received).hasSize(count + 1));
	}

	@Test
	void listenersAsFastAsTheWritesGetEachEntryOnceAndNoGap() {
		KvEventLog log = open("pace");
		List<PacedFollower> followers = IntStream.range(0, 4).mapToObj(PacedFollower::new).toList();
		followers.forEach(log::tailAndFollow);
		int count = 8000;
		for (int i = 0; i < count; i++) {
			log.add(value(i));
		}
		for (PacedFollower follower : followers) {
			await().atMost(Duration.ofSeconds(60)).until(() -> follower.last == count - 1);
			assertThat(follower.received).isEqualTo(numbers(0, count));
		}
	}

	@Test
	void aTrimBehindASlowListenerIsAGapOfKnownSize() throws Exception {
		KvEventLog log = this.logs.open("overtaken", EventLogOptions.defaults().maxLength(50));
		CountDownLatch gate = new CountDownLatch(1);
		RecordingFollower slow = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				super.onEntries(entries);
				gate.await();
			}

		};
		log.tailAndFollow(slow);
		await().until(() -> slow.batches.size() == 1);
		int count = 10_000;
		for (int i = 0; i < count; i += 500) {
			addNumbers(log, i, i + 500);
		}
		gate.countDown();
		await().untilAsserted(() -> assertThat(slow.received).endsWith(String.valueOf(count - 1)));
		assertThat(slow.gaps).isNotEmpty();
		long received = slow.received.stream().filter((value) -> !value.startsWith("gap")).distinct().count();
		long missed = slow.gaps.stream().mapToLong(FollowGap::missed).sum();
		assertThat(received + missed).isEqualTo(count);
		assertThat(slow.received.stream().filter((value) -> !value.startsWith("gap")).map(Integer::valueOf)).isSorted();
	}

	@Test
	void noCallBeginsOnceCloseHasReturned() throws Exception {
		CloseProbe probe = new CloseProbe();
		Follow follow = open("closing").tailAndFollow((entries) -> probe.call());
		probe.close(follow);
		assertThat(follow.isOpen()).isFalse();
	}

	@Test
	void closeDoesNotWaitForACallThatTakesLong() throws Exception {
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		RecordingFollower follower = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				busy.countDown();
				goOn.await();
				super.onEntries(entries);
			}

		};
		KvEventLog log = open("long");
		Follow follow = log.tailAndFollow(follower);
		busy.await();
		log.add(value(0));
		follow.close();
		assertThat(follower.batches).isEmpty();
		goOn.countDown();
		await().until(() -> follower.batches.size() == 1);
		log.add(value(1));
		assertThat(follower.received).as("goes to its end, and is the last").isEmpty();
	}

	@Test
	void closeFromWithinTheListenerIsTheLastCall() throws Exception {
		KvEventLog log = open("closes");
		AtomicReference<Follow> follow = new AtomicReference<>();
		CountDownLatch opened = new CountDownLatch(1);
		RecordingFollower follower = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				opened.await();
				super.onEntries(entries);
				if (!entries.isEmpty()) {
					follow.get().close();
					follow.get().close();
				}
			}

		};
		RecordingFollower other = new RecordingFollower();
		follow.set(log.tailAndFollow(follower));
		opened.countDown();
		log.tailAndFollow(other);
		log.add(value(0));
		await().until(() -> !follow.get().isOpen());
		log.add(value(1));
		await().untilAsserted(() -> assertThat(other.received).containsExactly("0", "1"));
		assertThat(follower.received).containsExactly("0");
	}

	@Test
	void theTimeToLiveBeginsAnewWithEachAddAndEndsTheLog() {
		// what a busy machine did too late says nothing
		for (long millis = 1500; !theTimeToLiveBeginsAnew(millis); millis *= 2) {
			assertThat(millis).as("nothing is so slow").isLessThan(20_000);
		}
	}

	/**
	 * Adds a second entry before the time to live of the first has passed, and reads
	 * behind that, within the time of the second.
	 * @return whether it was in time
	 */
	private boolean theTimeToLiveBeginsAnew(long millis) {
		KvEventLog log = this.logs.open("mortal" + millis,
				EventLogOptions.defaults().timeToLiveAfterLastAdd(Duration.ofMillis(millis)));
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(follower);
		long timeToLive = TimeUnit.MILLISECONDS.toNanos(millis);
		long begin = System.nanoTime();
		log.add(value(0));
		await().pollInterval(Duration.ofMillis(50)).until(() -> System.nanoTime() - begin > timeToLive * 2 / 3);
		long second = System.nanoTime();
		log.add(value(1));
		boolean renewed = System.nanoTime() - begin < timeToLive;
		await().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() - begin > timeToLive * 6 / 5);
		List<LogEntry> tail = log.tail();
		if (!renewed || System.nanoTime() - second >= timeToLive) {
			return false;
		}
		assertThat(tail).as("renewed by the second add").hasSize(2);
		await().untilAsserted(() -> assertThat(log.tail()).isEmpty());
		assertThat(System.nanoTime() - second).isGreaterThan(timeToLive - TimeUnit.MILLISECONDS.toNanos(50));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "1", "deleted"));
		log.add(value(2));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "1", "deleted", "2"));
		return true;
	}

	@Test
	void aLogThatIsMadeAgainAtOnceIsSignalledBeforeItsFirstEntry() {
		Duration timeToLive = Duration.ofMillis(1);
		KvEventLog log = this.logs.open("again", EventLogOptions.defaults().timeToLiveAfterLastAdd(timeToLive));
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(follower);
		KvEventLog forEver = open("again");
		forEver.add(value(0));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0"));
		log.add(value(1));
		await().pollInterval(Duration.ofMillis(1)).until(() -> log.tail().isEmpty());
		forEver.add(value(2));
		await().untilAsserted(() -> assertThat(follower.received).endsWith("2"));
		// "1" lived for a millisecond and may have been missed
		assertThat(follower.received).containsSubsequence("0", "deleted", "2");
		assertThat(Collections.frequency(follower.received, "deleted")).isEqualTo(1);
	}

	@Test
	void manyLogsAreFollowedAtOnceAndKeptApart() {
		List<RecordingFollower> followers = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			RecordingFollower follower = new RecordingFollower();
			followers.add(follower);
			open("many" + i).tailAndFollow(follower);
		}
		for (int i = 0; i < 40; i++) {
			addNumbers(open("many" + i), i, i + 3);
		}
		for (int i = 0; i < 40; i++) {
			int number = i;
			await()
				.untilAsserted(() -> assertThat(followers.get(number).received).isEqualTo(numbers(number, number + 3)));
		}
	}

	@Test
	void stopClosesFollowsAndStartAllowsThemAgain() {
		KvEventLog log = open("lifecycle");
		RecordingFollower follower = new RecordingFollower();
		Follow follow = log.tailAndFollow(follower);
		assertThat(this.logs.isRunning()).isTrue();
		this.logs.stop();
		assertThat(this.logs.isRunning()).isFalse();
		assertThat(follow.isOpen()).isFalse();
		log.add(value(0));
		assertThatIllegalStateException().isThrownBy(() -> log.tailAndFollow(follower))
			.withMessageContaining("stopped");
		this.logs.start();
		RecordingFollower second = new RecordingFollower();
		log.tailAndFollow(second);
		await().untilAsserted(() -> assertThat(second.received).containsExactly("0"));
		assertThat(follower.received).isEmpty();
	}

	@Test
	void argumentsAreChecked() {
		KvEventLog log = open("checked");
		assertThatIllegalArgumentException().isThrownBy(() -> open("")).withMessageContaining("'name'");
		assertThatIllegalArgumentException().isThrownBy(() -> open("a\uDC00"))
			.withMessageContainingAll("'name'", "U+DC00");
		assertThatIllegalArgumentException().isThrownBy(() -> log.tail(-2))
			.withMessage("'n' must not be negative but was -2");
		assertThatIllegalArgumentException().isThrownBy(() -> log.tailAndFollow(-3, (entries) -> {
		})).withMessage("'n' must not be negative but was -3");
		assertThatIllegalArgumentException().isThrownBy(() -> log.tailAndFollow(null))
			.withMessage("'listener' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> log.tailFrom(null)).withMessage("'id' must not be null");
	}

	KvEventLog open(String name) {
		return this.logs.open(name, EventLogOptions.defaults());
	}

	static Map<String, String> value(int number) {
		return Map.of("v", String.valueOf(number));
	}

	static List<EntryId> addNumbers(KvEventLog log, int from, int to) {
		return log.addAll(IntStream.range(from, to).mapToObj((i) -> value(i)).toList());
	}

	static List<String> numbers(int from, int to) {
		return IntStream.range(from, to).mapToObj(String::valueOf).toList();
	}

	static List<String> values(List<LogEntry> entries) {
		return entries.stream().map((entry) -> new String(entry.getRaw("v"), StandardCharsets.UTF_8)).toList();
	}

	private static Map<String, Object> fields(int count) {
		Map<String, Object> fields = new HashMap<>();
		IntStream.range(0, count).forEach((i) -> fields.put("f" + i, i));
		return fields;
	}

	/**
	 * Takes up to 60 microseconds for each call.
	 */
	private static final class PacedFollower implements FollowListener {

		private final Random random;

		private final List<String> received = new ArrayList<>();

		private volatile int last = -1;

		PacedFollower(int seed) {
			this.random = new Random(seed);
		}

		@Override
		public void onEntries(List<LogEntry> entries) {
			this.received.addAll(values(entries));
			long end = System.nanoTime() + this.random.nextInt(60_000);
			while (System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			if (!entries.isEmpty()) {
				this.last = Integer.parseInt(this.received.get(this.received.size() - 1));
			}
		}

		@Override
		public void onGap(FollowGap gap) {
			this.received.add("gap " + gap.missed());
		}

	}

}
