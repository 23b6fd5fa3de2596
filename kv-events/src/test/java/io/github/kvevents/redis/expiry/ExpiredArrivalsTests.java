package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.ExpiredGroup;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link ExpiredArrivals}: many small expiries are taken in few commands, and a page has
 * no more large ones than there is room for.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiredArrivalsTests {

	private static final int PAGE_BYTES = 10_000;

	private static final byte[] EXPIRED = bytes("expired");

	private final TestRedis redis;

	private final ExpiredArrivals arrivals = new ExpiredArrivals(EXPIRED, bytes("wake"), "one", PAGE_BYTES);

	ExpiredArrivalsTests(TestRedis redis) {
		this.redis = redis;
	}

	@Test
	void smallExpiriesAreTakenInFewCommands() {
		List<String> ids = add(70, 10);
		this.redis.connectionFactory().getConnection().serverCommands().resetConfigStats();
		assertThat(take(60)).extracting(ExpiredStream::id).isEqualTo(ids.subList(0, 60));
		assertThat(take(60)).extracting(ExpiredStream::id).isEqualTo(ids.subList(60, 70));
		String calls = this.redis.connectionFactory()
			.getConnection()
			.serverCommands()
			.info("commandstats")
			.getProperty("cmdstat_xreadgroup");
		// of 1, 2, 4, 8, 16, 16 and 13, and of 1, 2, 4 and 3
		assertThat(calls).startsWith("calls=11,");
	}

	@Test
	void largeExpiriesBeyondThePageAreTakenByTheirIds() {
		List<String> ids = add(5, 10);
		ids.addAll(add(2, PAGE_BYTES - 500));
		ids.addAll(add(1, 10));
		List<List<?>> page = take(100);
		assertThat(page).extracting(ExpiredStream::id).isEqualTo(ids.subList(0, 7));
		assertThat(page).extracting(List::size).containsExactly(2, 2, 2, 2, 2, 2, 1);
		assertThat(take(100)).extracting(ExpiredStream::id).isEqualTo(ids.subList(7, 8));
	}

	@Test
	void firstExpiryIsTakenWhateverItsSize() {
		List<String> ids = add(3, 3 * PAGE_BYTES);
		for (String id : ids) {
			List<List<?>> page = take(100);
			assertThat(page).extracting(ExpiredStream::id).containsExactly(id);
			assertThat(page).extracting(List::size).containsExactly(2);
		}
	}

	private List<String> add(int count, int bytes) {
		List<String> ids = new ArrayList<>();
		for (int number = 0; number < count; number++) {
			ids.add(this.redis.template().opsForStream().add("expired", Map.of("value", "v".repeat(bytes))).getValue());
		}
		return ids;
	}

	private List<List<?>> take(int max) {
		try (RedisConnection connection = this.redis.connectionFactory().getConnection()) {
			ExpiredGroup.ensure(connection, EXPIRED);
			return this.arrivals.takeMore(connection, max);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
