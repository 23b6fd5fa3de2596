package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.script.RedisScript;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.KvStoreContractTests;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RedisKvStore} with Lettuce.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvStoreTests extends KvStoreContractTests {

	private final TestRedis redis;

	private final RedisKvStore store;

	RedisKvStoreTests(TestRedis redis) {
		this.redis = redis;
		this.store = new RedisKvStore(redis.template().getRequiredConnectionFactory(), KeyNames.prefixedWith("app*:"));
		this.store.ping();
	}

	@Override
	protected KvStore store() {
		return this.store;
	}

	@ParameterizedTest
	@EnumSource
	void setIsOneCommand(Condition condition) {
		this.store.set(new StoreWrite("a", bytes("1"), condition, Duration.ofMillis(60_001), null, false));
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("set", 1L));
		this.store.set(new StoreWrite("a", bytes("1"), condition, null, Instant.now().plusSeconds(60), false));
		this.store.set(new StoreWrite("a", bytes("1"), condition, null, null, true));
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("set", 3L));
	}

	@Test
	void otherOperationsAreOneCommandEach() {
		this.store.get("a");
		this.store.delete("a");
		this.store.exists("a");
		this.store.getTimeToLive("a");
		this.store.expire("a", Duration.ofMillis(1001));
		this.store.persist("a");
		assertThat(this.redis.commandCalls())
			.isEqualTo(Map.of("get", 1L, "getdel", 1L, "exists", 1L, "pttl", 1L, "pexpire", 1L, "persist", 1L));
		this.store.getAll(List.of("a", "b"));
		this.redis.execute("CONFIG", "RESETSTAT");
		this.store.getAll(List.of("a", "b"));
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("evalsha", 1L, "mget", 2L));
	}

	@Test
	void keyAndTimesAreStoredExactly() {
		Instant expireAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusMillis(60_777);
		this.store.set(new StoreWrite("ä:{1}", bytes("1"), Condition.ALWAYS, null, expireAt, false));
		assertThat(expireTime("app*:ä:{1}")).isEqualTo(expireAt.toEpochMilli());
		assertThat(this.redis.template().opsForValue().get("app*:ä:{1}")).isEqualTo("1");
		this.store.set(write("b", "1", Duration.ofMillis(99_999_999_999_999L)));
		assertThat((Long) this.redis.execute("PTTL", "app*:b")).isBetween(99_999_999_900_000L, 99_999_999_999_999L);
	}

	@Test
	void batchWritesExactTimes() {
		Instant expireAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusMillis(60_777);
		this.store.set(new StoreWrite("b", bytes("1"), Condition.ALWAYS, null, expireAt, false));
		this.store.set(new StoreWrite("c", bytes("1"), Condition.ALWAYS, null, expireAt, false));
		this.store.setAll(List.of(new StoreWrite("a", bytes("1"), Condition.IF_ABSENT, null, expireAt, false),
				new StoreWrite("b", bytes("2"), Condition.IF_PRESENT, null, null, true),
				new StoreWrite("c", bytes("3"))));
		assertThat(expireTime("app*:a")).isEqualTo(expireAt.toEpochMilli());
		assertThat(expireTime("app*:b")).isEqualTo(expireAt.toEpochMilli());
		assertThat(expireTime("app*:c")).isEqualTo(-1);
		assertThat(this.store.getAll(List.of("a", "b", "c"))).extracting((value) -> value.orElseThrow())
			.containsExactly(bytes("1"), bytes("2"), bytes("3"));
	}

	@Test
	void keyOfAnotherTypeIsLeftAlone() {
		this.redis.execute("RPUSH", "app*:list", "x");
		List<Runnable> operations = List.of(() -> this.store.set(new StoreWrite("list", bytes("1"))),
				() -> this.store.set(new StoreWrite("list", bytes("1"), Condition.IF_ABSENT, null, null, false)),
				() -> this.store.get("list"), () -> this.store.delete("list"),
				() -> this.store.compareAndSet("list", bytes("1"), bytes("2")),
				() -> this.store.compareAndSet("list", null, bytes("2")),
				() -> this.store.compareAndSet("list", null, null));
		for (Runnable operation : operations) {
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(operation::run)
				.withMessageStartingWith("Redis refused key 'app*:list': WRONGTYPE")
				.havingRootCause()
				.withMessageContaining("WRONGTYPE");
		}
		assertThat(this.redis.execute("LLEN", "app*:list")).isEqualTo(1L);
		assertThat(this.store.exists("list")).isTrue();
		assertThat(this.store.getAll(List.of("list"))).containsExactly(Optional.empty());
	}

	@Test
	void batchContinuesAfterKeyOfAnotherType() {
		this.redis.execute("RPUSH", "app*:k1", "x");
		this.store.set(new StoreWrite("k0", bytes("old")));
		StoreBatch<StoreOutcome> batch = this.store
			.setAll(Stream.of("k0", "k1", "k2").map((key) -> new StoreWrite(key, bytes("new"))).toList());
		assertThat(batch.failure()).isInstanceOf(DataAccessException.class).hasMessageContaining("WRONGTYPE");
		assertThat(batch.results()).extracting(StoreOutcome::applied).containsExactly(true, false, true);
		assertThat(batch.results().get(0).previousValue()).isEqualTo(bytes("old"));
		assertThat(this.store.get("k2")).isEqualTo(bytes("new"));
		StoreBatch<StoreOutcome> deleted = this.store
			.deleteAll(Stream.of("k0", "k1", "k2").map(StoreDelete::new).toList());
		assertThat(deleted.failure()).isInstanceOf(DataAccessException.class).hasMessageContaining("WRONGTYPE");
		assertThat(deleted.results()).extracting(StoreOutcome::applied).containsExactly(true, false, true);
		assertThat(keys("")).containsExactly("k1");
	}

	@Test
	void batchIsOneRoundTripForHundredsOfKeys() {
		List<String> keys = IntStream.range(0, 2000).mapToObj((index) -> "k" + index).toList();
		this.store.setAll(List.of(new StoreWrite("known", bytes("1"))));
		this.store.deleteAll(Stream.of("known").map(StoreDelete::new).toList());
		this.store.getAll(List.of("known"));
		this.redis.execute("CONFIG", "RESETSTAT");
		this.store.setAll(keys.stream().map((key) -> new StoreWrite(key, bytes("1"))).toList());
		assertThat(this.redis.commandCalls())
			.isEqualTo(Map.of("evalsha", 4L, "mget", 141L, "exists", 141L, "mset", 141L));
		this.store.setAll(keys.stream().map((key) -> new StoreWrite(key, bytes("2"))).toList());
		assertThat(this.redis.commandCalls())
			.isEqualTo(Map.of("evalsha", 8L, "mget", 282L, "exists", 141L, "mset", 282L));
		this.redis.execute("CONFIG", "RESETSTAT");
		this.store.getAll(keys);
		// 64 keys by the script, in eight steps, then three pages
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("evalsha", 1L, "mget", 8L + 3));
		this.store.deleteAll(keys.stream().map(StoreDelete::new).toList());
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("evalsha", 1L + 4, "mget", 11L, "getdel", 2000L));
	}

	@Test
	void firstFailureOfSeveralChunksIsReported() {
		this.redis.execute("RPUSH", "app*:k700", "x");
		this.redis.execute("RPUSH", "app*:k1500", "x");
		StoreBatch<StoreOutcome> batch = this.store
			.setAll(IntStream.range(0, 2000).mapToObj((index) -> new StoreWrite("k" + index, bytes("1"))).toList());
		assertThat(batch.failure()).hasMessageStartingWith("Redis refused key 'app*:k700' of a batch: WRONGTYPE");
		assertThat(IntStream.range(0, 2000).filter((index) -> !batch.results().get(index).applied()))
			.containsExactly(700, 1500);
	}

	@Test
	void scriptsSurviveFlush() {
		assertThat(this.store.compareAndSet("a", null, bytes("1")).applied()).isTrue();
		this.redis.execute("SCRIPT", "FLUSH");
		assertThat(this.store.compareAndSet("a", bytes("1"), bytes("2")).applied()).isTrue();
		this.redis.execute("SCRIPT", "FLUSH");
		assertThat(this.store.compareAndSet("a", bytes("2"), null).applied()).isTrue();
		assertThat(this.store.exists("a")).isFalse();
	}

	@Test
	void scriptIsSentByDigestOnceKnown() {
		this.store.compareAndSet("a", null, bytes("1"));
		this.redis.execute("CONFIG", "RESETSTAT");
		assertThat(this.store.compareAndSet("a", bytes("1"), bytes("2")).applied()).isTrue();
		assertThat(this.redis.commandCalls()).isEqualTo(Map.of("evalsha", 1L, "get", 1L, "set", 1L));
	}

	@Test
	void keysOmitsForeignKeys() {
		this.redis.execute("SET", "foreign", "x");
		this.redis.execute("SET", "appX:1", "x");
		this.redis.execute("SET", "app*:", "x");
		try (RedisConnection connection = this.redis.template().getRequiredConnectionFactory().getConnection()) {
			connection.stringCommands().set("app*:\u00ff".getBytes(StandardCharsets.ISO_8859_1), bytes("x"));
		}
		this.store.set(new StoreWrite("mine", bytes("1")));
		assertThat(keys("")).containsExactly("mine");
	}

	@Test
	void keysOmitsTheDataOfThisLibrary() {
		RedisKvStore plain = new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), KeyNames.plain());
		this.redis.execute("SET", "kv-events:{shop:0}:log", "x");
		plain.set(new StoreWrite("kv-events:mine", bytes("1")));
		try (Stream<String> keys = plain.keys("kv-")) {
			assertThat(keys).containsExactly("kv-events:mine");
		}
	}

	@Test
	void keysAreReadLazily() {
		this.store
			.setAll(IntStream.range(0, 5000).mapToObj((index) -> new StoreWrite("k" + index, bytes("1"))).toList());
		this.redis.execute("CONFIG", "RESETSTAT");
		try (Stream<String> keys = this.store.keys("k")) {
			assertThat(this.redis.commandCalls()).isEmpty();
			Iterator<String> iterator = keys.iterator();
			assertThat(iterator.next()).startsWith("k");
			assertThat(this.redis.commandCalls().get("scan")).isEqualTo(1);
		}
	}

	@Test
	void pingReturnsTheVersion() {
		assertThat(this.store.ping()).containsEntry("version", this.redis.version());
	}

	private long expireTime(String key) {
		return this.redis.template()
			.<Long>execute(RedisScript.of("return redis.call('PEXPIRETIME', KEYS[1])", Long.class), List.of(key));
	}

}
