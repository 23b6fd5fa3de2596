package io.github.kvevents.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

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

	@Override
	void write(KvTemplate stopped, String key, String value) {
		try (ConfigurableApplicationContext other = start(Writer.class, "other")) {
			other.getBean(KvTemplate.class).set(key, value);
		}
	}

}
