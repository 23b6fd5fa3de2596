package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestProxy;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reply that is lost on the wire: the driver reconnects and retransmits the script.
 * With the change log the second run detects the first one, so the caller receives its
 * result, and the log has no duplicate.
 */
class LoggedWriteLostReplyTests {

	private static final Duration LONG = Duration.ofMinutes(8);

	private final TestRedis redis = TestRedis.start();

	private final TestProxy proxy = new TestProxy(this.redis);

	private final LoggingInstance instance = new LoggingInstance(
			this.redis.connectionFactory(this.proxy.getPort(), Duration.ofSeconds(20)), Namespace.of("shop"));

	private final RedisKvStore store = this.instance.store;

	/**
	 * The server must know the scripts, or the lost reply says only that it doesn't.
	 */
	@BeforeEach
	void loadScripts() {
		this.store.set(new StoreWrite("scripts", bytes("1")));
		this.store.set(write("scripts", "2", Condition.IF_PRESENT));
		this.store.delete("scripts");
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.redis.close();
	}

	@Test
	void set() {
		assertSecondRunReturns(() -> this.store.set(new StoreWrite("a", bytes("1"))), true, null);
		assertSecondRunReturns(() -> this.store.set(new StoreWrite("a", new byte[0])), true, "1");
		assertSecondRunReturns(() -> this.store.set(new StoreWrite("a", bytes("2"))), true, "");
		assertSecondRunReturns(
				() -> this.store.set(new StoreWrite("a", bytes("3"), Condition.ALWAYS, LONG, null, false)), true, "2");
		assertThat(this.store.getTimeToLive("a")).isPositive();
	}

	@Test
	void conditionalSet() {
		assertSecondRunReturns(() -> this.store.set(write("a", "1", Condition.IF_ABSENT)), true, null);
		assertSecondRunReturns(() -> this.store.set(write("a", "2", Condition.IF_PRESENT)), true, "1");
		assertSecondRunReturns(
				() -> this.store.set(new StoreWrite("a", bytes("3"), Condition.ALWAYS, null, null, true)), true, "2");
	}

	@Test
	void compareAndSet() {
		assertSecondRunReturns(() -> this.store.compareAndSet("a", null, bytes("1")), true, null);
		assertSecondRunReturns(() -> this.store.compareAndSet("a", bytes("1"), bytes("2")), true, "1");
		assertSecondRunReturns(() -> this.store.compareAndSet("a", bytes("2"), null), true, "2");
	}

	@Test
	void delete() {
		this.store.set(new StoreWrite("a", bytes("1")));
		assertSecondRunReturns(() -> this.store.delete("a"), true, "1");
	}

	@Test
	void writeThatDidNothingTheFirstTimeIsNotTakenForOneThatDid() {
		this.store.set(new StoreWrite("a", bytes("1")));
		assertThat(twice("app:a", () -> this.store.set(new StoreWrite("a", bytes("1"))))).usingRecursiveComparison()
			.isEqualTo(outcome(true, "1"));
		assertThat(twice("app:a", () -> this.store.set(write("a", "2", Condition.IF_ABSENT))))
			.usingRecursiveComparison()
			.isEqualTo(outcome(false, "1"));
		assertThat(twice("app:a", () -> this.store.compareAndSet("a", bytes("2"), bytes("3"))).applied()).isFalse();
		assertThat(twice("app:b", () -> this.store.delete("b"))).usingRecursiveComparison()
			.isEqualTo(outcome(false, null));
		assertThat(log()).hasSize(4);
	}

	@Test
	void batches() {
		List<String> keys = IntStream.range(0, 300).mapToObj((index) -> "k" + index).toList();
		StoreBatch<StoreOutcome> set = twice("app:k299",
				() -> this.store.setAll(keys.stream().map((key) -> new StoreWrite(key, bytes("1"))).toList()));
		assertThat(set.results()).hasSize(300).allSatisfy((outcome) -> {
			assertThat(outcome.applied()).isTrue();
			assertThat(outcome.previousValue()).isNull();
		});
		StoreBatch<StoreOutcome> removed = twice("app:k299",
				() -> this.store.deleteAll(keys.stream().map(StoreDelete::new).toList()));
		assertThat(removed.results()).hasSize(300)
			.allSatisfy((outcome) -> assertThat(outcome.previousValue()).isEqualTo(bytes("1")));
		List<LoggedChange> log = log();
		assertThat(log).hasSize(603);
		assertThat(set.results()).extracting(StoreOutcome::position)
			.containsExactlyElementsOf(log.subList(3, 303).stream().map(LoggedChange::position).toList());
		assertThat(removed.results()).extracting(StoreOutcome::position)
			.containsExactlyElementsOf(log.subList(303, 603).stream().map(LoggedChange::position).toList());
	}

	private void assertSecondRunReturns(Supplier<StoreOutcome> write, boolean applied, @Nullable String previousValue) {
		long entries = log().stream().filter((change) -> change.key().equals("a")).count();
		StoreOutcome outcome = twice("app:a", write);
		List<LoggedChange> log = log().stream().filter((change) -> change.key().equals("a")).toList();
		assertThat(log).hasSize((int) entries + 1);
		assertThat(outcome.applied()).isEqualTo(applied);
		assertThat(outcome.previousValue()).isEqualTo((previousValue != null) ? bytes(previousValue) : null);
		assertThat(outcome.position()).isEqualTo(log.get(log.size() - 1).position());
	}

	private static StoreOutcome outcome(boolean applied, @Nullable String previousValue) {
		return new StoreOutcome(applied, (previousValue != null) ? bytes(previousValue) : null);
	}

	private List<LoggedChange> log() {
		return this.instance.log.read(new KvPosition(0, 0, 0), 10_000);
	}

	/**
	 * Runs a command of which the first reply is lost.
	 */
	private <T> T twice(String key, Supplier<T> command) {
		this.proxy.loseReplyTo(key);
		T result = command.get();
		assertThat(this.proxy.isReplyToBeLost()).isFalse();
		return result;
	}

	private static StoreWrite write(String key, String value, Condition condition) {
		return new StoreWrite(key, bytes(value), condition, null, null, false);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
