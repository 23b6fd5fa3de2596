package io.github.kvevents.redis;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStoreContractTests;
import io.github.kvevents.store.Namespace;

/**
 * Tests for {@link RedisKvStore} while expiry is tracked: no operation does anything
 * else.
 */
@ExtendWith(TestRedisExtension.class)
class TrackedRedisKvStoreTests extends KvStoreContractTests {

	private final RedisKvStore store;

	TrackedRedisKvStoreTests(TestRedis redis) {
		this.store = new RedisKvStore(redis.template().getRequiredConnectionFactory(), KeyNames.prefixedWith("app:"),
				new AlwaysTracking(new Namespace("contract", 3)));
	}

	@Override
	protected KvStore store() {
		return this.store;
	}

	private record AlwaysTracking(Namespace namespace) implements ExpiryTracking {

		@Override
		public String instanceId() {
			return "contract";
		}

		@Override
		public boolean isActive() {
			return true;
		}

		@Override
		public void deadlineSet(int partition, long timeToLiveMillis) {
		}

	}

}
