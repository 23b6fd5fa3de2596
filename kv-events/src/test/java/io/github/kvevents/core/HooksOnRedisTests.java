package io.github.kvevents.core;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Hooks on a real Redis.
 */
@ExtendWith(TestRedisExtension.class)
class HooksOnRedisTests extends HooksOnBackEndContractTests {

	private final TestRedis redis;

	HooksOnRedisTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	KvStore createStore() {
		return new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), KeyNames.plain());
	}

}
