package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A sweep with a wrong type under a key of this library: each attempt would otherwise
 * publish the same expiry once more.
 */
@ExtendWith(TestRedisExtension.class)
class SweepTypesTests {

	private static final RedisScript SWEEP = RedisScript.load(Sweeper.class, "sweep.lua");

	private static final String START = "kv-events:{shop:0}:";

	private final TestRedis redis;

	SweepTypesTests(TestRedis redis) {
		this.redis = redis;
	}

	@ParameterizedTest
	@ValueSource(strings = { "deadlines", "values", "expired", "recent", "log" })
	void sweepFailsBeforeItWritesAndSucceedsWhenTheKeyIsGone(String planted) {
		this.redis.execute("ZADD", START + "deadlines", "1000", "gone");
		this.redis.execute("HSET", START + "values", "gone", "last");
		this.redis.execute("RENAME",
				START + ((planted.equals("deadlines") || planted.equals("values")) ? planted : placeholder(planted)),
				"aside");
		this.redis.execute("SADD", START + planted, "planted");
		for (int attempt = 0; attempt < 3; attempt++) {
			assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class).isThrownBy(this::sweep)
				.withMessageContaining("Key '" + START + planted + "' belongs to kv-events and must be a ");
		}
		Stream.of("log", "expired")
			.filter((stream) -> !stream.equals(planted))
			.forEach((stream) -> assertThat(this.redis.execute("XLEN", START + stream)).isEqualTo(0L));
		this.redis.execute("RENAME", "aside", START + planted);
		sweep();
		assertThat(this.redis.execute("XLEN", START + "expired")).isEqualTo(1L);
		assertThat(this.redis.execute("XLEN", START + "log")).isEqualTo(1L);
		assertThat(this.redis.execute("ZCARD", START + "deadlines")).isEqualTo(0L);
	}

	/**
	 * Makes what lies empty under a name.
	 */
	private String placeholder(String what) {
		if (what.equals("recent")) {
			this.redis.execute("ZADD", START + what, "1", "old");
		}
		else {
			this.redis.execute("XGROUP", "CREATE", START + what, "g", "0", "MKSTREAM");
		}
		return what;
	}

	private void sweep() {
		RedisConnection connection = this.redis.template().getRequiredConnectionFactory().getConnection();
		try {
			SWEEP.list(connection, bytes("deadlines", "values", "expired", "recent", "sweeper", "log"),
					Stream.of("me", "10000", "100", "1000", "1000", "1000", "1").map(SweepTypesTests::bytes).toList());
		}
		finally {
			connection.close();
		}
	}

	private static List<byte[]> bytes(String... names) {
		return Stream.of(names).map((name) -> bytes(START + name)).toList();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
