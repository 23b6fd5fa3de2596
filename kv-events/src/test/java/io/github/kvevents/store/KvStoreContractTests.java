package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The contract of every back end. A subclass creates an empty one for each test, in real
 * time.
 */
public abstract class KvStoreContractTests {

	private static final Duration HOUR = Duration.ofMinutes(60);

	protected abstract KvStore store();

	@Test
	void hasName() {
		assertThat(store().getName()).matches("[a-z]+");
	}

	@Test
	void setReturnsThePreviousValue() {
		assertOutcome(store().set(new StoreWrite("order:1", bytes("a"))), true, null);
		assertOutcome(store().set(new StoreWrite("order:1", bytes("b"))), true, "a");
		assertOutcome(store().set(new StoreWrite("order:1", bytes("b"))), true, "b");
		assertValue("order:1", "b");
		assertThat(store().getTimeToLive("order:1")).isNull();
	}

	@Test
	void emptyValueIsNotAnAbsentKey() {
		store().set(new StoreWrite("order:1", new byte[0]));
		assertThat(store().get("order:1")).isEmpty();
		assertThat(store().exists("order:1")).isTrue();
		assertOutcome(store().set(new StoreWrite("order:1", bytes("b"))), true, "");
		store().set(new StoreWrite("order:2", new byte[0]));
		assertThat(store().delete("order:2").previousValue()).isEmpty();
	}

	@Test
	void anyBytesAreKept() {
		byte[] value = new byte[256];
		IntStream.range(0, 256).forEach((index) -> value[index] = (byte) index);
		store().set(new StoreWrite("order:1", value.clone()));
		assertThat(store().get("order:1")).isEqualTo(value);
	}

	@Test
	void setIfAbsentWritesOnlyAbsentKey() {
		assertOutcome(store().set(write("order:1", "a", Condition.IF_ABSENT)), true, null);
		assertOutcome(store().set(write("order:1", "b", Condition.IF_ABSENT)), false, "a");
		assertValue("order:1", "a");
	}

	@Test
	void setIfPresentWritesOnlyExistingKey() {
		assertOutcome(store().set(write("order:1", "a", Condition.IF_PRESENT)), false, null);
		assertThat(store().exists("order:1")).isFalse();
		store().set(new StoreWrite("order:1", bytes("b")));
		assertOutcome(store().set(write("order:1", "c", Condition.IF_PRESENT)), true, "b");
		assertValue("order:1", "c");
	}

	@Test
	void conditionThatDoesNotHoldLeavesTimeToLive() {
		store().set(write("order:1", "a", HOUR));
		store().set(new StoreWrite("order:1", bytes("b"), Condition.IF_ABSENT, Duration.ofMinutes(1), null, false));
		assertTimeToLive("order:1", HOUR);
	}

	@Test
	void setWithTimeToLive() {
		store().set(write("order:1", "a", HOUR));
		assertTimeToLive("order:1", HOUR);
	}

	@Test
	void timeToLiveBelowAMillisecondIsRoundedUp() {
		assertOutcome(store().set(write("order:1", "a", Duration.ofNanos(1))), true, null);
		store().set(new StoreWrite("order:2", bytes("b")));
		assertThat(store().expire("order:2", Duration.ofNanos(1))).isTrue();
		await().until(() -> !store().exists("order:1") && !store().exists("order:2"));
	}

	@Test
	void tooLongTimeToLiveIsRefused() {
		Duration tooLong = Duration.ofSeconds(Long.MAX_VALUE);
		assertThatIllegalArgumentException().isThrownBy(() -> store().set(write("order:1", "a", tooLong)))
			.withMessageContaining("'timeToLive' must be at most")
			.withMessageContaining(tooLong.toString());
		assertThatIllegalArgumentException().isThrownBy(
				() -> store().set(new StoreWrite("order:1", bytes("a"), Condition.ALWAYS, null, Instant.MAX, false)))
			.withMessageContaining("'expireAt' must be at most")
			.withMessageContaining(Instant.MAX.toString());
		assertThat(store().exists("order:1")).isFalse();
		store().set(write("order:1", "a", Duration.ofMillis(Long.MAX_VALUE / 2)));
		assertValue("order:1", "a");
	}

	@Test
	void setWithoutTimeToLiveRemovesIt() {
		store().set(write("order:1", "a", HOUR));
		store().set(new StoreWrite("order:1", bytes("b")));
		assertThat(store().getTimeToLive("order:1")).isNull();
	}

	@Test
	void setCanKeepTimeToLive() {
		store().set(write("order:1", "a", HOUR));
		assertOutcome(store().set(keepingTimeToLive("order:1")), true, "a");
		assertValue("order:1", "kept");
		assertTimeToLive("order:1", HOUR);
		store().set(keepingTimeToLive("order:2"));
		assertThat(store().exists("order:2")).isTrue();
		assertThat(store().getTimeToLive("order:2")).isNull();
	}

	@Test
	void setExpiresAtTheGivenTime() {
		Instant expireAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(HOUR);
		store().set(new StoreWrite("order:1", bytes("a"), Condition.ALWAYS, null, expireAt, false));
		assertTimeToLive("order:1", HOUR);
	}

	@Test
	void deadlineInThePastLeavesNoKey() {
		store().set(new StoreWrite("order:1", bytes("a")));
		Instant passed = Instant.now().minusMillis(5);
		assertOutcome(store().set(new StoreWrite("order:1", bytes("b"), Condition.ALWAYS, null, passed, false)), true,
				"a");
		assertAbsent("order:1");
	}

	@Test
	void expiredKeyIsAbsentForEveryOperation() {
		for (String key : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
			store().set(write(key, "old", Duration.ofMillis(5)));
		}
		await().until(() -> store().get("a") == null && store().get("h") == null);
		assertThat(store().getAll(List.of("a", "h"))).containsExactly(Optional.empty(), Optional.empty());
		assertAbsent("a");
		assertOutcome(store().set(new StoreWrite("b", bytes("new"))), true, null);
		assertThat(store().delete("c").applied()).isFalse();
		assertThat(store().expire("d", HOUR)).isFalse();
		assertThat(store().persist("e")).isFalse();
		assertThat(store().compareAndSet("f", bytes("old"), bytes("new")).applied()).isFalse();
		assertOutcome(store().set(write("g", "new", Condition.IF_PRESENT)), false, null);
		assertOutcome(store().set(write("h", "new", Condition.IF_ABSENT)), true, null);
		assertThat(keys("")).containsExactlyInAnyOrder("b", "h");
	}

	@Test
	void deleteReturnsTheLastValue() {
		store().set(new StoreWrite("order:1", bytes("a")));
		assertOutcome(store().delete("order:1"), true, "a");
		assertOutcome(store().delete("order:1"), false, null);
		assertAbsent("order:1");
	}

	@Test
	void expireAndPersist() {
		assertThat(store().expire("order:1", HOUR)).isFalse();
		assertThat(store().persist("order:1")).isFalse();
		store().set(new StoreWrite("order:1", bytes("a")));
		assertThat(store().persist("order:1")).isFalse();
		assertThat(store().expire("order:1", HOUR)).isTrue();
		assertTimeToLive("order:1", HOUR);
		assertThat(store().expire("order:1", HOUR.multipliedBy(2))).isTrue();
		assertTimeToLive("order:1", HOUR.multipliedBy(2));
		assertThat(store().persist("order:1")).isTrue();
		assertThat(store().getTimeToLive("order:1")).isNull();
		assertValue("order:1", "a");
	}

	@Test
	void batchOfWritesReturnsOutcomesInOrder() {
		store().set(new StoreWrite("order:2", bytes("old")));
		StoreBatch<StoreOutcome> batch = store()
			.setAll(List.of(write("order:1", "a", Condition.IF_PRESENT), write("order:2", "b", HOUR),
					write("order:2", "c", Condition.IF_ABSENT), new StoreWrite("order:3", bytes("d"))));
		assertThat(batch.failure()).isNull();
		assertThat(batch.results()).hasSize(4);
		assertOutcome(batch.results().get(0), false, null);
		assertOutcome(batch.results().get(1), true, "old");
		assertOutcome(batch.results().get(2), false, "b");
		assertOutcome(batch.results().get(3), true, null);
		assertTimeToLive("order:2", HOUR);
		assertAbsent("order:1");
	}

	@Test
	void batchWritesAKeyAsOftenAsItOccurs() {
		StoreBatch<StoreOutcome> batch = store().setAll(List.of(new StoreWrite("order:1", bytes("a")),
				new StoreWrite("order:2", bytes("b")), new StoreWrite("order:1", bytes("c"))));
		assertThat(batch.failure()).isNull();
		assertThat(batch.results()).hasSize(3);
		assertOutcome(batch.results().get(0), true, null);
		assertOutcome(batch.results().get(1), true, null);
		assertOutcome(batch.results().get(2), true, "a");
		assertValue("order:1", "c");
	}

	@Test
	void batchOfValuesEndsTheTimesToLive() {
		store().set(write("order:1", "a", HOUR));
		StoreBatch<StoreOutcome> batch = store()
			.setAll(List.of(new StoreWrite("order:1", bytes("b")), new StoreWrite("order:2", bytes("c"))));
		assertThat(batch.failure()).isNull();
		assertOutcome(batch.results().get(0), true, "a");
		assertOutcome(batch.results().get(1), true, null);
		assertThat(store().getTimeToLive("order:1")).isNull();
	}

	@Test
	void batchOfDeletesReturnsOutcomesInOrder() {
		store().set(new StoreWrite("order:2", bytes("a")));
		StoreBatch<StoreOutcome> batch = store().deleteAll(deletes("order:1", "order:2", "order:2"));
		assertThat(batch.failure()).isNull();
		assertThat(batch.results()).hasSize(3);
		assertOutcome(batch.results().get(0), false, null);
		assertOutcome(batch.results().get(1), true, "a");
		assertOutcome(batch.results().get(2), false, null);
		assertAbsent("order:2");
	}

	@Test
	void emptyBatches() {
		assertThat(store().setAll(List.of())).isEqualTo(new StoreBatch<>(List.of(), null));
		assertThat(store().getAll(List.of())).isEmpty();
		assertThat(store().deleteAll(List.of())).isEqualTo(new StoreBatch<>(List.of(), null));
	}

	@Test
	void largeBatches() {
		int size = 10_001;
		List<String> keys = IntStream.range(0, size).mapToObj((index) -> "k" + index).toList();
		store().setAll(keys.subList(0, 5000).stream().map((key) -> new StoreWrite(key, bytes("old" + key))).toList());
		StoreBatch<StoreOutcome> batch = store()
			.setAll(keys.stream().map((key) -> new StoreWrite(key, bytes(key))).toList());
		assertThat(batch.failure()).isNull();
		assertThat(batch.results()).hasSize(size).allMatch(StoreOutcome::applied);
		assertThat(batch.results().get(4999).previousValue()).isEqualTo(bytes("oldk4999"));
		assertThat(batch.results().get(5000).previousValue()).isNull();
		List<Optional<byte[]>> values = store().getAll(keys);
		assertThat(values).hasSize(size);
		assertThat(IntStream.range(0, size))
			.allMatch((index) -> values.get(index).filter((value) -> text(value).equals(keys.get(index))).isPresent());
		assertThat(keys("k")).hasSize(size).doesNotHaveDuplicates();
		StoreBatch<StoreOutcome> deleted = store().deleteAll(deletes(keys.toArray(String[]::new)));
		assertThat(deleted.failure()).isNull();
		assertThat(IntStream.range(0, size))
			.allMatch((index) -> Arrays.equals(bytes(keys.get(index)), deleted.results().get(index).previousValue()));
		assertThat(keys("")).isEmpty();
	}

	@Test
	void valuesOfSeveralMegabytes() {
		List<StoreWrite> writes = IntStream.range(0, 6)
			.mapToObj((index) -> new StoreWrite("big:" + index, bytes(String.valueOf(index).repeat(4 << 20))))
			.toList();
		assertThat(store().setAll(writes).failure()).isNull();
		List<Optional<byte[]>> values = store().getAll(writes.stream().map(StoreWrite::key).toList());
		assertThat(IntStream.range(0, 6))
			.allMatch((index) -> Arrays.equals(values.get(index).orElseThrow(), writes.get(index).value()));
		assertThat(store().set(new StoreWrite("big:5", bytes("small"))).previousValue()).hasSize(4 << 20);
	}

	@Test
	void compareAndSetReplacesExpectedValue() {
		store().set(write("order:1", "a", HOUR));
		assertThat(store().compareAndSet("order:1", bytes("b"), bytes("c")).applied()).isFalse();
		assertThat(store().compareAndSet("order:1", null, bytes("c")).applied()).isFalse();
		assertThat(store().compareAndSet("order:1", new byte[0], bytes("c")).applied()).isFalse();
		assertValue("order:1", "a");
		assertThat(store().compareAndSet("order:1", bytes("a"), bytes("c")).applied()).isTrue();
		assertValue("order:1", "c");
		assertTimeToLive("order:1", HOUR);
	}

	@Test
	void compareAndSetOfAbsentKey() {
		assertThat(store().compareAndSet("order:1", bytes("a"), bytes("b")).applied()).isFalse();
		assertThat(store().compareAndSet("order:1", new byte[0], bytes("b")).applied()).isFalse();
		assertAbsent("order:1");
		assertThat(store().compareAndSet("order:1", null, bytes("b")).applied()).isTrue();
		assertValue("order:1", "b");
		assertThat(store().getTimeToLive("order:1")).isNull();
	}

	@Test
	void compareAndSetCanRemove() {
		store().set(new StoreWrite("order:1", bytes("a")));
		assertThat(store().compareAndSet("order:1", bytes("b"), null).applied()).isFalse();
		assertThat(store().compareAndSet("order:1", null, null).applied()).isFalse();
		assertValue("order:1", "a");
		assertThat(store().compareAndSet("order:1", bytes("a"), null).applied()).isTrue();
		assertAbsent("order:1");
		assertThat(store().compareAndSet("order:1", null, null).applied()).isTrue();
	}

	@Test
	void compareAndSetOfAnyBytes() {
		byte[] binary = { 0, -1, 13, 10, -128, 0 };
		store().set(new StoreWrite("order:1", new byte[0]));
		assertThat(store().compareAndSet("order:1", new byte[0], binary).applied()).isTrue();
		assertThat(store().compareAndSet("order:1", binary.clone(), new byte[0]).applied()).isTrue();
		assertThat(store().get("order:1")).isEmpty();
	}

	@Test
	void keysWithPrefix() {
		for (String key : List.of("user:1", "user:2", "users", "other", "us")) {
			store().set(new StoreWrite(key, bytes("a")));
		}
		assertThat(keys("user:")).containsExactlyInAnyOrder("user:1", "user:2");
		assertThat(keys("user:1")).containsExactly("user:1");
		assertThat(keys("")).containsExactlyInAnyOrder("user:1", "user:2", "users", "other", "us");
		assertThat(keys("none")).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("globs")
	void globCharactersInPrefixAreThemselves(String prefix) {
		store().set(new StoreWrite(prefix + "1", bytes("a")));
		for (String other : List.of("a1", "b1", "xyz1", "[ab]", "^", "\\x1", "]1", "-1", "*", "?1z", "é1")) {
			store().set(new StoreWrite(other, bytes("b")));
		}
		assertThat(keys(prefix)).isNotEmpty().contains(prefix + "1").allMatch((key) -> key.startsWith(prefix));
	}

	static Stream<String> globs() {
		return Stream.of("*", "?", "[ab]", "[^a]", "[a-z]", "\\", "]", "^", "a*b", "\\*", "h?llo[", "{a,b}", "é*");
	}

	@ParameterizedTest
	@MethodSource("unusualKeys")
	void unusualKeysAreKeptAsTheyAre(String key) {
		assertOutcome(store().set(new StoreWrite(key, bytes("a"))), true, null);
		store().setAll(List.of(new StoreWrite(key + "2", bytes("b"))));
		assertValue(key, "a");
		assertThat(store().getAll(List.of(key, key + "2")).stream().map((value) -> text(value.orElseThrow())))
			.containsExactly("a", "b");
		assertThat(keys(key)).containsExactlyInAnyOrder(key, key + "2");
		assertThat(store().compareAndSet(key, bytes("a"), bytes("c")).applied()).isTrue();
		assertOutcome(store().delete(key), true, "c");
		assertThat(store().deleteAll(deletes(key + "2")).results().get(0).previousValue()).isEqualTo(bytes("b"));
	}

	static Stream<String> unusualKeys() {
		return Stream.of(" ", "a b ", "{tag}x", "}{", "a\r\nb", "\r\n$1\r\nx", "\0", "a\0b", "naïve", "\u65e5\u672c",
				"emoji \ud83d\ude00", "\uffff", "\ufeffbom", "e\u0301", "x".repeat(1 << 20));
	}

	@ParameterizedTest
	@MethodSource("usesOfKey")
	void keyWithLoneSurrogateIsRefused(Consumer<KvStoreContractTests> use) {
		assertThatIllegalArgumentException().isThrownBy(() -> use.accept(this))
			.withMessage("'key' must be text that UTF-8 can express, but has a lone surrogate U+D83D at index 2: "
					+ "'a:\\ud83db'");
		assertThat(keys("")).isEmpty();
	}

	static Stream<Consumer<KvStoreContractTests>> usesOfKey() {
		String key = "a:\ud83db";
		return Stream.of((test) -> test.store().set(new StoreWrite(key, bytes("a"))),
				(test) -> test.store()
					.setAll(List.of(new StoreWrite("good", bytes("a")), new StoreWrite(key, bytes("a")))),
				(test) -> test.store().get(key), (test) -> test.store().getAll(List.of("good", key)),
				(test) -> test.store().delete(key), (test) -> test.store().deleteAll(deletes("good", key)),
				(test) -> test.store().compareAndSet(key, null, bytes("a")), (test) -> test.store().exists(key),
				(test) -> test.store().getTimeToLive(key), (test) -> test.store().expire(key, HOUR),
				(test) -> test.store().persist(key));
	}

	@Test
	void prefixWithLoneSurrogateIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> store().keys("a\udc00"))
			.withMessageStartingWith("'prefix' must be text that UTF-8 can express")
			.withMessageContaining("U+DC00 at index 1");
	}

	@Test
	void emptyKeyIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> store().get("")).withMessage("'key' must not be empty");
	}

	@Test
	void oneOfManyWritersFindsTheKeyAbsent() throws Exception {
		for (int round = 0; round < 50; round++) {
			String key = "race:" + round;
			List<Boolean> applied = race(8,
					(writer) -> store()
						.set(new StoreWrite(key, bytes("w" + writer), Condition.IF_ABSENT, null, null, false))
						.applied());
			assertThat(applied).containsOnlyOnce(true);
			assertValue(key, "w" + applied.indexOf(true));
		}
	}

	@Test
	void oneOfManyCompareAndSetsWins() throws Exception {
		store().set(new StoreWrite("race", bytes("start")));
		String current = "start";
		for (int round = 0; round < 50; round++) {
			byte[] expected = bytes(current);
			String name = "r" + round + "w";
			List<Boolean> applied = race(8,
					(writer) -> store().compareAndSet("race", expected, bytes(name + writer)).applied());
			assertThat(applied).containsOnlyOnce(true);
			current = name + applied.indexOf(true);
			assertValue("race", current);
		}
	}

	@Test
	void previousValuesOfRacingWritersFormAChain() throws Exception {
		List<StoreOutcome> outcomes = race(8, (writer) -> store().set(new StoreWrite("race", bytes("w" + writer))));
		List<String> seen = new ArrayList<>(outcomes.stream()
			.map((outcome) -> (outcome.previousValue() != null) ? text(outcome.previousValue()) : "absent")
			.toList());
		seen.add(text(Objects.requireNonNull(store().get("race"))));
		// each value was somebody's previous one or is the last
		assertThat(seen).containsExactlyInAnyOrder("absent", "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7");
	}

	@Test
	void oneOfManyDeletesRemovesTheKey() throws Exception {
		for (int round = 0; round < 50; round++) {
			store().set(new StoreWrite("race", bytes("a")));
			assertThat(race(8, (writer) -> store().delete("race").applied())).containsOnlyOnce(true);
		}
	}

	@Test
	void pingTellsFacts() {
		Map<String, Object> facts = store().ping();
		assertThat(facts).isNotEmpty();
	}

	protected final List<String> keys(String prefix) {
		try (Stream<String> keys = store().keys(prefix)) {
			return keys.toList();
		}
	}

	protected static StoreWrite write(String key, String value, Duration timeToLive) {
		return new StoreWrite(key, bytes(value), Condition.ALWAYS, timeToLive, null, false);
	}

	protected static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static StoreWrite write(String key, String value, Condition condition) {
		return new StoreWrite(key, bytes(value), condition, null, null, false);
	}

	private static StoreWrite keepingTimeToLive(String key) {
		return new StoreWrite(key, bytes("kept"), Condition.ALWAYS, null, null, true);
	}

	private static String text(byte[] value) {
		return new String(value, StandardCharsets.UTF_8);
	}

	private void assertValue(String key, String value) {
		assertThat(store().get(key)).isEqualTo(bytes(value));
	}

	private void assertAbsent(String key) {
		assertThat(store().get(key)).isNull();
		assertThat(store().exists(key)).isFalse();
		assertThat(store().getTimeToLive(key)).isNull();
		assertThat(keys(key)).isEmpty();
	}

	private void assertTimeToLive(String key, Duration expected) {
		assertThat(store().getTimeToLive(key)).isBetween(expected.minusSeconds(30), expected);
	}

	private static List<StoreDelete> deletes(String... keys) {
		return Stream.of(keys).map(StoreDelete::new).toList();
	}

	private static void assertOutcome(StoreOutcome outcome, boolean applied, @Nullable String previousValue) {
		assertThat(outcome.applied()).isEqualTo(applied);
		if (previousValue != null) {
			assertThat(outcome.previousValue()).isEqualTo(bytes(previousValue));
		}
		else {
			assertThat(outcome.previousValue()).isNull();
		}
	}

	private interface Racer<T> {

		T run(int writer) throws Exception;

	}

	private static <T> List<T> race(int writers, Racer<T> racer) throws Exception {
		CyclicBarrier start = new CyclicBarrier(writers);
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			List<Callable<T>> tasks = IntStream.range(0, writers).mapToObj((writer) -> (Callable<T>) () -> {
				start.await(10, TimeUnit.SECONDS);
				return racer.run(writer);
			}).toList();
			List<T> results = new ArrayList<>();
			for (Future<T> result : threads.invokeAll(tasks, 30, TimeUnit.SECONDS)) {
				results.add(result.get());
			}
			return results;
		}
		finally {
			threads.shutdownNow();
		}
	}

}
