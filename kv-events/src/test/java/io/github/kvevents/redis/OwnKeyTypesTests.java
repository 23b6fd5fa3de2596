package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Another client stores a wrong type under a key of this library while the application
 * runs: each operation fails before it writes, and names that key.
 */
@ExtendWith(TestRedisExtension.class)
class OwnKeyTypesTests {

	private static final Namespace SHOP = Namespace.of("shop");

	private static final Duration LONG = Duration.ofMinutes(7);

	private static final Instant END = Instant.parse("2100-01-01T00:00:00Z");

	private static final List<String> INDEX = List.of("deadlines", "values");

	private static final List<String> SETTLING = List.of("expired", "recent");

	private final TestRedis redis;

	OwnKeyTypesTests(TestRedis redis) {
		this.redis = redis;
	}

	@BeforeEach
	void keys() {
		this.redis.template().opsForValue().set("lasting", "before");
		this.redis.template().opsForValue().set("other", "before");
	}

	@Test
	void typesAreCheckedOnceInFiveSeconds() {
		AtomicLong nanos = new AtomicLong();
		WriteRightsCheck check = new WriteRightsCheck(new IndexNames(SHOP), SHOP, () -> false, nanos::get);
		String name = "kv-events:{shop:0}:values";
		try (RedisConnection connection = this.redis.connectionFactory().getConnection()) {
			assertThat(check.checkTypes(connection, 1, true, false)).isNull();
			this.redis.execute("SADD", name, "planted");
			nanos.addAndGet(Duration.ofSeconds(5).toNanos());
			assertThat(check.checkTypes(connection, 1, true, false)).as("a moment ago").isNull();
			nanos.incrementAndGet();
			assertThat(check.checkTypes(connection, 1, true, false)).hasMessageContaining("Key '" + name + "'");
			this.redis.execute("DEL", name);
			assertThat(check.checkTypes(connection, 1, true, false)).as("a moment ago").isNotNull();
			nanos.addAndGet(Duration.ofSeconds(5).toNanos() + 1);
			assertThat(check.checkTypes(connection, 1, true, false)).isNull();
		}
	}

	@ParameterizedTest
	@MethodSource("writes")
	void nothingIsWrittenAndTheKeyIsNamed(boolean tracked, boolean logged, String operation, String planted) {
		RedisKvStore store = store(tracked, logged);
		store.set(new StoreWrite("first", bytes("passes the check")));
		store.set(new StoreWrite("ending", bytes("before"), Condition.ALWAYS, null, END, false));
		String name = "kv-events:{shop:0}:" + planted;
		this.redis.execute("DEL", name);
		this.redis.execute("SADD", name, "planted");
		Map<String, String> before = contents();
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> Objects.requireNonNull(operations().get(operation)).accept(store))
			.withMessageContaining("Key '" + name + "' belongs to kv-events and must be a ")
			.withMessageContaining("but is a set")
			.withMessageContaining("kv.events.namespace");
		assertThat(contents()).isEqualTo(before);
	}

	static Stream<Arguments> writes() {
		List<Arguments> all = new ArrayList<>();
		for (boolean[] kind : new boolean[][] { { true, false }, { true, true }, { false, true } }) {
			for (String operation : operations().keySet()) {
				boolean lifetimeOnly = operation.startsWith("expire") || operation.startsWith("persist");
				boolean unconditional = operation.startsWith("set ");
				boolean looks = unconditional && operation.endsWith("without lifetime");
				Stream<String> planted = Stream.of();
				if (kind[0]) {
					// a write without a lifetime to a key that has none doesn't touch
					// values
					planted = looks ? Stream.of("deadlines") : INDEX.stream();
					if (operation.startsWith("batch set") || operation.startsWith("conditional")) {
						planted = Stream.concat(planted, SETTLING.stream());
					}
				}
				if (kind[1] && !lifetimeOnly) {
					planted = Stream.concat(planted, Stream.of("log"));
				}
				if (!(lifetimeOnly && !kind[0])) {
					planted.forEach((what) -> all.add(Arguments.of(kind[0], kind[1], operation, what)));
				}
			}
		}
		return all.stream();
	}

	private static Map<String, Consumer<RedisKvStore>> operations() {
		Map<String, Consumer<RedisKvStore>> operations = new LinkedHashMap<>();
		operations.put("set new", (store) -> store.set(lasting("new", "1")));
		operations.put("set existing", (store) -> store.set(lasting("ending", "1")));
		operations.put("set at a moment",
				(store) -> store.set(new StoreWrite("lasting", bytes("1"), Condition.ALWAYS, null, END, false)));
		operations.put("set existing without lifetime", (store) -> store.set(new StoreWrite("lasting", bytes("1"))));
		operations.put("set new without lifetime", (store) -> store.set(new StoreWrite("new", bytes("1"))));
		operations.put("set, the key ends, for ever", (store) -> store.set(new StoreWrite("ending", bytes("1"))));
		operations.put("conditional",
				(store) -> store.set(new StoreWrite("new", bytes("1"), Condition.IF_ABSENT, LONG, null, false)));
		operations.put("conditional compare", (store) -> store.compareAndSet("lasting", bytes("before"), bytes("1")));
		operations.put("batch set", (store) -> fail(store
			.setAll(List.of(new StoreWrite("new", bytes("1")), lasting("lasting", "1"), lasting("ending", "1")))));
		operations.put("delete", (store) -> store.delete("ending"));
		operations.put("compare and delete", (store) -> store.compareAndSet("lasting", bytes("before"), null));
		operations.put("batch delete",
				(store) -> fail(store.deleteAll(List.of(new StoreDelete("ending"), new StoreDelete("lasting")))));
		operations.put("expire", (store) -> store.expire("lasting", LONG));
		operations.put("persist", (store) -> store.persist("ending"));
		return operations;
	}

	private static StoreWrite lasting(String key, String value) {
		return new StoreWrite(key, bytes(value), Condition.ALWAYS, LONG, null, false);
	}

	private static void fail(StoreBatch<StoreOutcome> batch) {
		assertThat(batch.results()).noneMatch(StoreOutcome::applied);
		if (batch.failure() != null) {
			throw batch.failure();
		}
	}

	@ParameterizedTest
	@MethodSource("undetected")
	void writeAfterAnUndetectedExpiryFailsFirst(boolean logged, boolean lifetime, String planted) {
		RedisKvStore store = store(true, logged);
		store.set(new StoreWrite("first", bytes("passes the check")));
		this.redis.execute("ZADD", "kv-events:{shop:0}:deadlines", "1000", "gone");
		this.redis.execute("HSET", "kv-events:{shop:0}:values", "gone", "last");
		String name = "kv-events:{shop:0}:" + planted;
		this.redis.execute("DEL", name);
		this.redis.execute("SADD", name, "planted");
		Long logLength = logged && !planted.equals("log") ? (Long) this.redis.execute("XLEN", "kv-events:{shop:0}:log")
				: null;
		for (int attempt = 0; attempt < 3; attempt++) {
			assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
				.isThrownBy(() -> store.set(lifetime ? lasting("gone", "1") : new StoreWrite("gone", bytes("1"))))
				.withMessageContaining("Key '" + name + "' belongs to kv-events");
		}
		assertThat(this.redis.template().hasKey("gone")).isFalse();
		if (!planted.equals("deadlines")) {
			assertThat(this.redis.template().opsForZSet().score("kv-events:{shop:0}:deadlines", "gone"))
				.isEqualTo(1000);
		}
		if (!planted.equals("values")) {
			assertThat(this.redis.template().opsForHash().get("kv-events:{shop:0}:values", "gone")).isEqualTo("last");
		}
		if (logLength != null) {
			assertThat(this.redis.execute("XLEN", "kv-events:{shop:0}:log")).isEqualTo(logLength);
		}
		this.redis.execute("DEL", name);
		store.set(new StoreWrite("gone", bytes("1")));
		assertThat(this.redis.template().opsForValue().get("gone")).isEqualTo("1");
	}

	static Stream<Arguments> undetected() {
		List<Arguments> all = new ArrayList<>();
		for (boolean logged : new boolean[] { false, true }) {
			for (boolean lifetime : new boolean[] { false, true }) {
				Stream.concat(INDEX.stream(), SETTLING.stream())
					.forEach((planted) -> all.add(Arguments.of(logged, lifetime, planted)));
			}
		}
		all.add(Arguments.of(true, false, "log"));
		all.add(Arguments.of(true, true, "log"));
		return all.stream();
	}

	@Test
	void keyOfTheApplicationThatHoldsAnotherTypeIsNamedItself() {
		RedisKvStore store = store(true, true);
		this.redis.execute("RPUSH", "list", "a");
		this.redis.execute("EXPIRE", "list", "1000");
		for (StoreWrite write : List.of(lasting("list", "1"), new StoreWrite("list", bytes("1")))) {
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> store.set(write))
				.withMessageStartingWith("Redis refused key 'list': WRONGTYPE");
		}
		assertThat(this.redis.execute("ZCARD", "kv-events:{shop:0}:deadlines")).isEqualTo(0L);
		assertThat(this.redis.execute("HLEN", "kv-events:{shop:0}:values")).isEqualTo(0L);
	}

	@Test
	void readersOfTheLogNameIt() {
		ChangeLogSettings settings = settings();
		RedisChangeLogStore log = new RedisChangeLogStore(this.redis.connectionFactory(), KeyNames.plain(), settings);
		KvPosition start = new KvPosition(0, 0, 0);
		assertThat(log.read(start, 10)).isEmpty();
		this.redis.execute("SET", "kv-events:{shop:0}:log", "planted");
		List<Runnable> reads = List.of(() -> log.read(start, 10), () -> log.getState(0),
				() -> log.snapshot(0, List.of("lasting")), () -> log.trim(start), () -> {
					try (ChangeLogStore.Tail tail = log.openTail()) {
						tail.read(Map.of(0, start), 10, Duration.ofMillis(10));
					}
				});
		assertThat(reads).allSatisfy(
				(read) -> assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class).isThrownBy(read::run)
					.withMessageContaining("Key 'kv-events:{shop:0}:log' belongs to kv-events and must be a stream"));
	}

	private RedisKvStore store(boolean tracked, boolean logged) {
		return new RedisKvStore(this.redis.connectionFactory(), KeyNames.plain(), tracked ? new Tracking() : null,
				logged ? settings() : null);
	}

	private static ChangeLogSettings settings() {
		return new ChangeLogSettings(SHOP, "writer", 1000, Duration.ofHours(1));
	}

	/**
	 * The keys of the application with values and deadlines, and the contents of the
	 * index, the log and the stream of expiries.
	 */
	private Map<String, String> contents() {
		Map<String, String> contents = new LinkedHashMap<>();
		for (String key : List.of("lasting", "other", "ending", "new")) {
			contents.put(key, this.redis.template().opsForValue().get(key) + " " + text("PEXPIRETIME", key));
		}
		for (String key : List.of("deadlines", "values", "expired", "recent", "log")) {
			contents.put(key, text("DUMP", "kv-events:{shop:0}:" + key));
		}
		return contents;
	}

	private String text(String command, String key) {
		Object reply = this.redis.template()
			.execute(
					org.springframework.data.redis.core.script.RedisScript
						.of("return redis.sha1hex(tostring(redis.call('" + command + "', KEYS[1])))", String.class),
					List.of(key));
		return String.valueOf(reply);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Tracks and waits for nothing.
	 */
	private static final class Tracking implements ExpiryTracking {

		@Override
		public Namespace namespace() {
			return SHOP;
		}

		@Override
		public String instanceId() {
			return "writer";
		}

		@Override
		public boolean isActive() {
			return true;
		}

		@Override
		public void deadlineSet(int partition, long timeToLiveMillis) {
			// no sweeper waits
		}

	}

}
