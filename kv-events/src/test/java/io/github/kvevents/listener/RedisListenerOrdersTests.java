package io.github.kvevents.listener;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

/**
 * Orders to listeners whose checkpoints are in Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RedisListenerOrdersTests extends ListenerOrdersContractTests {

	private final TestRedis redis;

	RedisListenerOrdersTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return ListeningInstance.onRedis(this.redis.connectionFactory(), id, partitions);
	}

}
