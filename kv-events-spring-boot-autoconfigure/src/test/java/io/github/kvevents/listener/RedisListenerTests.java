package io.github.kvevents.listener;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

/**
 * Listeners on a change log in Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RedisListenerTests extends ListenerContractTests {

	private final TestRedis redis;

	RedisListenerTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return ListeningInstance.onRedis(this.redis.connectionFactory(), id, partitions);
	}

}
