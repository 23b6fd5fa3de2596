package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.awaitility.Awaitility.await;

/**
 * An application that is stopped and started again, on Redis.
 */
@ExtendWith(TestRedisExtension.class)
class StopAndStartOnRedisTests extends StopAndStartContractTests {

	private final TestRedis redis;

	StopAndStartOnRedisTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	Map<String, Object> properties() {
		return Map.of("spring.data.redis.port", this.redis.getPort());
	}

	@BeforeEach
	void notifyOfExpiries() {
		this.redis.execute("CONFIG", "SET", "notify-keyspace-events", "Ex");
	}

	@AfterEach
	void notifyOfNothing() {
		this.redis.execute("CONFIG", "SET", "notify-keyspace-events", "");
	}

	/**
	 * Again and again: the subscription begins a little after the start.
	 */
	@Override
	void assertReceivesExpiryOf(String key, List<String> expired) {
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			this.redis.template().opsForValue().set(key, "x", Duration.ofMillis(10));
			return expired.contains(key);
		});
	}

	@Override
	void write(KvTemplate stopped, String key, String value) {
		try (ConfigurableApplicationContext other = start(Writer.class, "other")) {
			other.getBean(KvTemplate.class).set(key, value);
		}
	}

}
