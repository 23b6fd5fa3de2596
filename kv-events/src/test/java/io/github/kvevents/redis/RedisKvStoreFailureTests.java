package io.github.kvevents.redis;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.TestProxy;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RedisKvStore} with servers and lines that fail, refuse or are too old.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvStoreFailureTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(3);

	private final TestRedis redis;

	RedisKvStoreFailureTests(TestRedis redis) {
		this.redis = redis;
	}

	@Test
	void outcomesBehindALostConnectionAreNotApplied() {
		try (TestProxy proxy = new TestProxy(this.redis)) {
			RedisKvStore store = store(proxy);
			store.ping();
			List<StoreWrite> writes = IntStream.range(0, 3000)
				.mapToObj((index) -> new StoreWrite("k" + index, new byte[1000]))
				.toList();
			store.setAll(List.of(new StoreWrite("first", new byte[1])));
			proxy.cutAfterSent(1_300_000);
			StoreBatch<StoreOutcome> batch = store.setAll(writes);
			assertThat(batch.failure()).isInstanceOf(DataAccessException.class);
			assertThat(batch.results()).hasSize(3000);
			assertThat(batch.results().get(0).applied()).isTrue();
			assertThat(batch.results().get(2999).applied()).isFalse();
			for (int index = 0; index < 3000; index++) {
				if (batch.results().get(index).applied()) {
					assertThat(this.redis.template().hasKey("k" + index)).isTrue();
				}
			}
		}
	}

	@Test
	void downServerIsAConnectionFailureAndNotRemembered() {
		try (TestRedis own = TestRedis.start()) {
			RedisKvStore store = new RedisKvStore(own.connectionFactory(), KeyNames.plain());
			own.kill();
			assertThatExceptionOfType(RedisConnectionFailureException.class).isThrownBy(() -> store.get("a"));
			StoreBatch<StoreOutcome> batch = store.setAll(List.of(new StoreWrite("a", new byte[1])));
			assertThat(batch.failure()).isInstanceOf(RedisConnectionFailureException.class);
			assertThat(batch.results()).extracting(StoreOutcome::applied).containsExactly(false);
			own.restart();
			assertThat(store.get("a")).isNull();
			assertThat(own.execute("GET", "a")).isNull();
		}
	}

	@Test
	void tooOldServerIsNamedAndCheckedAgain() {
		try (TestProxy proxy = new TestProxy(this.redis)) {
			proxy.changeReplies((reply) -> reply.replaceAll("redis_version:[0-9.]+", "redis_version:6.2.19"));
			RedisKvStore store = store(proxy);
			for (int attempt = 0; attempt < 2; attempt++) {
				assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
					.isThrownBy(() -> store.set(new StoreWrite("a", new byte[1])))
					.withMessage("The Redis server has version 6.2.19, but kv-events needs Redis 7.0 or later, "
							+ "or Valkey 7.2 or later");
			}
			assertThat(this.redis.commandCalls()).doesNotContainKey("set");
			proxy.changeReplies((reply) -> reply);
			assertThat(store.set(new StoreWrite("a", new byte[1])).applied()).isTrue();
		}
	}

	@Test
	void nothingConnectsBeforeTheFirstOperation() {
		try (TestProxy proxy = new TestProxy(this.redis)) {
			RedisKvStore store = store(proxy);
			store.keys("a").close();
			store.setAll(List.of());
			store.getAll(List.of());
			assertThat(proxy.getRequestBytes()).isZero();
			store.get("a");
			assertThat(proxy.getRequestBytes()).isPositive();
		}
	}

	@Test
	void serverThatHidesItsVersionIsUsed() {
		try (TestRedis own = TestRedis.start()) {
			own.execute("ACL", "SETUSER", "shop", "on", ">secret", "~*", "+@all", "-info");
			RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("127.0.0.1", own.getPort());
			configuration.setUsername("shop");
			configuration.setPassword("secret");
			LettuceConnectionFactory factory = new LettuceConnectionFactory(configuration);
			factory.afterPropertiesSet();
			factory.start();
			try {
				RedisKvStore store = new RedisKvStore(factory, KeyNames.plain());
				assertThat(store.set(new StoreWrite("a", new byte[1])).applied()).isTrue();
				assertThat(store.ping()).doesNotContainKey("version");
			}
			finally {
				factory.destroy();
			}
		}
	}

	@Test
	void deletesSucceedWhenMemoryIsFull() {
		try (TestRedis own = TestRedis.start("maxmemory-policy", "noeviction")) {
			RedisKvStore store = new RedisKvStore(own.connectionFactory(), KeyNames.plain());
			store.setAll(List.of(new StoreWrite("a", new byte[1]), new StoreWrite("b", new byte[2]),
					new StoreWrite("c", new byte[3])));
			own.execute("CONFIG", "SET", "maxmemory", "1");
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> store.set(new StoreWrite("d", new byte[1])))
				.havingRootCause()
				.withMessageStartingWith("OOM");
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> store.compareAndSet("a", new byte[1], new byte[4]))
				.havingRootCause()
				.withMessageStartingWith("OOM");
			assertThat(store.get("a")).isEqualTo(new byte[1]);
			assertThat(store.compareAndSet("a", new byte[1], null).applied()).isTrue();
			assertThat(store.delete("b").previousValue()).isEqualTo(new byte[2]);
			assertThat(store.deleteAll(Stream.of("c").map(StoreDelete::new).toList()).results())
				.extracting(StoreOutcome::applied)
				.containsExactly(true);
		}
	}

	@Test
	void keyThatScanRepeatsIsReturnedOnce() {
		this.redis.template().opsForValue().set("twin:1", "a");
		this.redis.template().opsForValue().set("twin:2", "a");
		try (TestProxy proxy = new TestProxy(this.redis)) {
			proxy.changeReplies((reply) -> reply.replace("twin:2", "twin:1"));
			try (Stream<String> keys = store(proxy).keys("twin:")) {
				assertThat(keys).containsExactly("twin:1");
			}
		}
	}

	@Test
	void streamReleasesItsConnection() {
		try (TestRedis own = TestRedis.start()) {
			LettuceConnectionFactory factory = own.connectionFactory();
			factory.setShareNativeConnection(false);
			RedisKvStore store = new RedisKvStore(factory, KeyNames.plain());
			store.setAll(
					IntStream.range(0, 3000).mapToObj((index) -> new StoreWrite("k" + index, new byte[1])).toList());
			for (int round = 0; round < 5; round++) {
				assertThat(store.keys("").count()).isEqualTo(3000);
				try (Stream<String> keys = store.keys("")) {
					assertThat(keys.findFirst()).isPresent();
				}
			}
			// the one that asks
			await()
				.untilAsserted(() -> assertThat(own.info("clients").getProperty("connected_clients")).isEqualTo("1"));
		}
	}

	private RedisKvStore store(TestProxy proxy) {
		return new RedisKvStore(this.redis.connectionFactory(proxy.getPort(), TIMEOUT), KeyNames.plain());
	}

}
