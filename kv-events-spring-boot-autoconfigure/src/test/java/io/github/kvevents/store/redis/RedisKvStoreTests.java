package io.github.kvevents.store.redis;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStoreContractTests;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

/**
 * Tests for {@link RedisKvStore} with Lettuce.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvStoreTests extends KvStoreContractTests {

	private final RedisKvStore store;

	RedisKvStoreTests(TestRedis redis) {
		this.store = new RedisKvStore(redis.template().getRequiredConnectionFactory(), KeyNames.prefixedWith("app:"));
	}

	@Override
	protected KvStore store() {
		return this.store;
	}

}
