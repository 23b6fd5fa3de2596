package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import io.lettuce.core.api.async.RedisServerAsyncCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which pages of a large {@code batchGet} are bounded in bytes by a script, and which are
 * read by {@code MGET}.
 */
class ValueRunTests {

	private static final int LARGE = 40_000;

	private final TestRedis redis = TestRedis.start();

	private final RedisLink link = new RedisLink(
			this.redis.connectionFactory(this.redis.getPort(), Duration.ofSeconds(8)));

	private final RedisKvStore store = new RedisKvStore(this.link.connectionFactory(), KeyNames.plain());

	private final List<String> keys = new ArrayList<>();

	@BeforeEach
	void start() {
		StartedLink.start(this.link);
	}

	@AfterEach
	void stop() {
		this.link.stop();
		this.link.destroy();
		this.redis.close();
	}

	@Test
	void smallValuesAreReadByTheScriptOnceAndThenByLargerAndLargerCommands() {
		write(3_000, 20);

		List<Optional<byte[]>> values = read();

		assertThat(values).hasSize(3_000).allSatisfy((value) -> assertThat(value.orElseThrow()).hasSize(20));
		assertThat(scripts()).isEqualTo(1);
		// 64 by the script, 256, 1,280, the rest
		assertThat(plainReads()).isEqualTo(3);
	}

	@Test
	void valuesKeepTheirPlaceWhereKeysAreAbsentOrNoStrings() {
		write(700, 20);
		this.redis.execute("DEL", this.keys.get(3), this.keys.get(400));
		this.redis.execute("DEL", this.keys.get(500));
		this.redis.execute("LPUSH", this.keys.get(500), "element");

		List<Optional<byte[]>> values = read();

		assertThat(scripts()).isEqualTo(1);
		for (int index = 0; index < 700; index++) {
			if (index == 3 || index == 400 || index == 500) {
				assertThat(values.get(index)).isEmpty();
			}
			else {
				assertThat(new String(values.get(index).orElseThrow(), StandardCharsets.US_ASCII))
					.isEqualTo(value(index, 20));
			}
		}
	}

	@Test
	void afterAPageThatIsLargerThanItsBoundAllOthersAreReadByTheScript() {
		write(64, 20);
		// of this size 104 would fit
		write(256, 10_000);
		write(1_000, 20);

		assertThat(read()).hasSize(1_320).allSatisfy((value) -> assertThat(value).isPresent());

		assertThat(plainReads()).isEqualTo(1);
		// 512 at a time
		assertThat(scripts()).isEqualTo(1 + 2);
	}

	@Test
	void largeValuesAreReadByTheScriptAlone() {
		write(100, LARGE);

		assertThat(read()).hasSize(100).allSatisfy((value) -> assertThat(value.orElseThrow()).hasSize(LARGE));

		assertThat(plainReads()).isZero();
		// a megabyte has 26
		assertThat(scripts()).isBetween(4L, 5L);
	}

	@Test
	void aPageThatTheServerCutsIsReadByTheScript() {
		write(64, 20);
		write(128, LARGE);
		this.redis.execute("CONFIG", "SET", "client-output-buffer-limit", "normal 2300000 0 0");

		assertThat(read()).hasSize(192).allSatisfy((value) -> assertThat(value).isPresent());

		assertThat(this.redis.output()).containsOnlyOnce("output buffer limits");
		assertThat(plainReads()).isEqualTo(1);
	}

	private void write(int count, int bytes) {
		for (int number = 0; number < count; number++) {
			int index = this.keys.size();
			this.keys.add("key:" + index);
			this.redis.execute("SET", "key:" + index, value(index, bytes));
		}
	}

	private static String value(int index, int bytes) {
		String start = index + ":";
		return start + "v".repeat(bytes - start.length());
	}

	private List<Optional<byte[]>> read() {
		// connects, and makes the script known
		this.store.getAll(List.of("other"));
		this.redis.execute("CONFIG", "SET", "slowlog-log-slower-than", "0");
		this.redis.execute("SLOWLOG", "RESET");
		List<Optional<byte[]>> values = this.store.getAll(this.keys);
		this.redis.execute("CONFIG", "SET", "slowlog-log-slower-than", "-1");
		return values;
	}

	private long scripts() {
		return calls("EVALSHA", 0);
	}

	private long plainReads() {
		// the script has 16 keys in each of its own
		return calls("MGET", 18);
	}

	private long calls(String command, int parts) {
		return Objects
			.requireNonNull(this.redis.template()
				.execute((RedisCallback<List<?>>) (
						connection) -> ((RedisServerAsyncCommands<?, ?>) connection.getNativeConnection())
							.slowlogGet(1_000)
							.toCompletableFuture()
							.join()))
			.stream()
			.map((entry) -> (List<?>) ((List<?>) entry).get(3))
			.filter((arguments) -> arguments.size() >= parts)
			.filter((arguments) -> new String((byte[]) arguments.get(0), StandardCharsets.US_ASCII).equals(command))
			.count();
	}

}
