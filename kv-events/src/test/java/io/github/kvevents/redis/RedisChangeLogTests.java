package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.LogReplay;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The Redis side of the change log: scripts, types of keys, memory, and foreign entries.
 */
@ExtendWith(TestRedisExtension.class)
class RedisChangeLogTests {

	private static final Namespace SHOP = Namespace.of("shop");

	private static final String LOG = "kv-events:{shop:0}:log";

	private static final KvPosition START = new KvPosition(0, 0, 0);

	private final TestRedis redis;

	private final LoggingInstance instance;

	private final RedisKvStore store;

	private final RedisChangeLogStore log;

	RedisChangeLogTests(TestRedis redis) {
		this.redis = redis;
		this.instance = new LoggingInstance(redis.template().getRequiredConnectionFactory(), SHOP);
		this.store = this.instance.store;
		this.log = this.instance.log;
	}

	@Test
	void eachWriteIsOneRoundTrip() {
		this.store.ping();
		this.store.set(new StoreWrite("a", bytes("0")));
		this.store.delete("a");
		this.store.set(write("a", "0", Condition.IF_ABSENT));
		this.redis.execute("CONFIG", "RESETSTAT");
		this.store.set(new StoreWrite("a", bytes("1")));
		this.store.set(new StoreWrite("a", bytes("1")));
		this.store.set(write("a", "2", Condition.IF_PRESENT));
		this.store.compareAndSet("a", bytes("2"), bytes("3"));
		this.store
			.setAll(IntStream.range(0, 100).mapToObj((index) -> new StoreWrite("k" + index, bytes("1"))).toList());
		this.store.deleteAll(IntStream.range(0, 100).mapToObj((index) -> new StoreDelete("k" + index)).toList());
		this.store.delete("a");
		Map<String, Long> calls = new HashMap<>(this.redis.commandCalls());
		assertThat(calls).containsEntry("evalsha", 7L).doesNotContainKeys("eval", "type", "hget");
	}

	@Test
	void unconditionalSetOfANewKeyIsFourCommandsInTheServer() {
		this.store.set(new StoreWrite("a", bytes("0")));
		this.redis.execute("CONFIG", "RESETSTAT");
		this.store.set(new StoreWrite("b", bytes("1")));
		assertThat(this.redis.commandCalls())
			.isEqualTo(Map.of("evalsha", 1L, "set", 1L, "zscore", 1L, "xlen", 1L, "xadd", 1L));
	}

	@Test
	void flushedScriptsHaveNoEffect() throws Exception {
		ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor();
		List<String> keys = IntStream.range(0, 40).mapToObj((index) -> "k" + index).toList();
		try {
			ScheduledFuture<?> flushes = flusher.scheduleAtFixedRate(() -> this.redis.execute("SCRIPT", "FLUSH"), 0, 5,
					TimeUnit.MILLISECONDS);
			for (int round = 0; round < 1000; round++) {
				String key = "k" + round % 40;
				this.store.set(new StoreWrite(key, bytes("" + round)));
				this.store.set(write(key, round + "x", Condition.IF_PRESENT));
				if (round % 3 == 0) {
					this.store.delete(key);
				}
			}
			assertThat(flushes.isDone()).as("flushing failed").isFalse();
		}
		finally {
			flusher.shutdown();
			assertThat(flusher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(LogReplay.assertGives(this.log, this.store, keys)).hasSize(2334);
	}

	@Test
	void keyOfAnotherTypeLeavesNoEntry() {
		this.redis.template().opsForList().leftPush("app:list", "x");
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> this.store.set(new StoreWrite("list", bytes("1"))));
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> this.store.set(write("list", "1", Condition.IF_PRESENT)));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.store.delete("list"));
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> this.store.compareAndSet("list", bytes("1"), null));
		StoreBatch<StoreOutcome> set = this.store
			.setAll(Stream.of("a", "list", "b").map((key) -> new StoreWrite(key, bytes("1"))).toList());
		assertThat(set.failure()).isNotNull();
		assertThat(set.results()).extracting(StoreOutcome::applied).containsExactly(true, false, true);
		StoreBatch<StoreOutcome> removed = this.store
			.deleteAll(Stream.of("a", "list", "b").map(StoreDelete::new).toList());
		assertThat(removed.failure()).isNotNull();
		assertThat(this.log.read(START, 10)).extracting(LoggedChange::key).containsExactly("a", "b", "a", "b");
		assertThat(this.redis.template().opsForList().size("app:list")).isOne();
		assertThat(this.log.snapshot(0, List.of("list")).values().get(0)).isEmpty();
	}

	@Test
	void logOfAnotherTypeIsRefusedBeforeAnythingIsWritten() {
		this.redis.template().opsForValue().set(LOG, "x");
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> this.store.set(new StoreWrite("a", bytes("1"))))
			.withMessage("Key '" + LOG + "' belongs to kv-events and must be a stream, but is a string: delete or "
					+ "rename it, or use another 'kv.events.namespace'");
		assertThat(this.store.get("a")).isNull();
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> this.log.read(START, 1));
	}

	@Test
	void fullServerStillRemovesSweepsTrimsAndLogsIt() {
		try (TestRedis own = TestRedis.start("maxmemory-policy", "noeviction");
				LoggingInstance instance = new LoggingInstance(own.connectionFactory(), SHOP)) {
			List<String> keys = List.of("a", "b", "c", "d", "new");
			instance.store.setAll(Stream.of("a", "b", "c").map((key) -> new StoreWrite(key, bytes("1"))).toList());
			instance.store.set(new StoreWrite("d", bytes("1"), Condition.ALWAYS, Duration.ofMillis(700), null, false));
			own.execute("CONFIG", "SET", "maxmemory", "1");
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> instance.store.set(new StoreWrite("new", bytes("1"))));
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> instance.store.set(write("a", "2", Condition.IF_PRESENT)));
			assertThat(instance.store.delete("a").position()).isNotNull();
			assertThat(instance.store.compareAndSet("b", bytes("1"), null).position()).isNotNull();
			assertThat(instance.store.deleteAll(List.of(new StoreDelete("c"))).failure()).isNull();
			// it sweeps from here on, so that the expiry is the last entry
			instance.start();
			await().until(() -> instance.log.read(START, 20).size() == 8);
			assertThat(LogReplay.assertGives(instance.log, instance.store, keys).get(7).type())
				.isEqualTo(KvEventType.EXPIRED);
			instance.log.trim(new KvPosition(0, Long.MAX_VALUE, 0));
			assertThat(instance.log.getState(0).length()).isZero();
		}
	}

	@Test
	void eachWayToWriteKeepsTheLogShort() {
		ChangeLogSettings settings = new ChangeLogSettings(SHOP, "one", 300, Duration.ofHours(1));
		LoggingInstance small = new LoggingInstance(this.redis.template().getRequiredConnectionFactory(), settings);
		IntStream.range(0, 1500).forEach((index) -> small.store.set(new StoreWrite("a", bytes("" + index))));
		assertShort(small, 1500);
		IntStream.range(0, 3)
			.forEach((round) -> small.store.setAll(IntStream.range(0, 500)
				.mapToObj((index) -> new StoreWrite("k" + index, bytes(index + "r" + round)))
				.toList()));
		assertShort(small, 3000);
		small.store.deleteAll(IntStream.range(0, 500).mapToObj((index) -> new StoreDelete("k" + index)).toList());
		assertShort(small, 3500);
		small.store.setAll(IntStream.range(0, 500)
			.mapToObj((index) -> new StoreWrite("k" + index, bytes("1"), Condition.ALWAYS, Duration.ofMillis(1), null,
					false))
			.toList());
		small.start();
		try {
			await().until(() -> small.log.getState(0).added() == 4500);
			assertShort(small, 4500);
		}
		finally {
			small.close();
		}
	}

	private static void assertShort(LoggingInstance instance, long added) {
		LogState state = instance.log.getState(0);
		assertThat(state.added()).isEqualTo(added);
		assertThat(state.length()).isBetween(300L, 450L);
		assertThat(state.isTrimmedAfter(START)).isTrue();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void entriesOfOthersAreSkippedWithOneWarning(CapturedOutput output) {
		this.store.set(new StoreWrite("a", bytes("1")));
		KvPosition first = this.log.getState(0).last();
		IntStream.range(0, 25).forEach((index) -> this.redis.execute("XADD", LOG, "*", "k", "other"));
		this.redis.execute("XADD", LOG, "*", "m", "S:1::o", "k", "without-prefix", "v", "1");
		this.redis.execute("XADD", LOG, "*", "m", "not:one", "k", "app:a", "v", "1");
		KvPosition last = this.log.getState(0).last();
		assertThat(this.log.read(START, 10)).extracting(LoggedChange::key).containsExactly("a");
		assertThat(this.log.read(first, 10)).isEmpty();
		try (ChangeLogStore.Tail tail = this.log.openTail()) {
			TailRead read = Objects.requireNonNull(tail.read(Map.of(0, first), 100, Duration.ofMillis(1)).get(0));
			assertThat(read.changes()).isEmpty();
			assertThat(read.skipped()).hasSize(27);
			assertThat(read.last()).isEqualTo(last);
			StoreOutcome next = this.store.set(new StoreWrite("a", bytes("2")));
			this.redis.execute("XADD", LOG, "*", "k", "other");
			read = Objects.requireNonNull(tail.read(Map.of(0, last), 10, Duration.ofMillis(50)).get(0));
			// how large entries are isn't known yet, so the first one is read alone
			assertThat(read.changes()).extracting(LoggedChange::position).containsExactly(next.position());
			assertThat(read.skipped()).isEmpty();
			read = Objects.requireNonNull(tail.read(Map.of(0, read.last()), 10, Duration.ofMillis(50)).get(0));
			assertThat(read.changes()).isEmpty();
			assertThat(read.skipped()).containsExactly(this.log.getState(0).last());
			assertThat(read.count()).isEqualTo(1);
			assertThat(read.last()).isEqualTo(this.log.getState(0).last());
		}
		assertThat(output).containsOnlyOnce("none of ours")
			.contains("The entry '" + this.log.read(START, 1).get(0).position().partition() + ":")
			.contains("'kv.events.key-prefix'");
	}

	@Test
	void namespacesOfLogAndTrackingMustBeOne() {
		ChangeLogSettings settings = new ChangeLogSettings(Namespace.of("other"), "one", 10, Duration.ofHours(1));
		ExpiryTracking tracking = new ExpiryTracking() {

			@Override
			public Namespace namespace() {
				return SHOP;
			}

			@Override
			public String instanceId() {
				return "one";
			}

			@Override
			public boolean isActive() {
				return true;
			}

			@Override
			public void deadlineSet(int partition, long timeToLiveMillis) {
			}

		};
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), KeyNames.plain(),
					tracking, settings))
			.withMessageContaining("'tracking' and 'log'")
			.withMessageContaining("other");
	}

	private static StoreWrite write(String key, String value, Condition condition) {
		return new StoreWrite(key, bytes(value), condition, null, null, false);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
