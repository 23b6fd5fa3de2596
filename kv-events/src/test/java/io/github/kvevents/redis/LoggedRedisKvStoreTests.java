package io.github.kvevents.redis;

import java.time.Duration;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStoreContractTests;
import io.github.kvevents.store.Namespace;

/**
 * Tests for {@link RedisKvStore} with a change log: no operation does anything else.
 */
class LoggedRedisKvStoreTests {

	private static final ChangeLogSettings SETTINGS = new ChangeLogSettings(new Namespace("contract", 3), "one", 1000,
			Duration.ofHours(1));

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class WithTracking extends KvStoreContractTests {

		private final RedisKvStore store;

		WithTracking(TestRedis redis) {
			this.store = new LoggingInstance(redis.template().getRequiredConnectionFactory(), SETTINGS).store;
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

	}

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class WithoutTracking extends KvStoreContractTests {

		private final RedisKvStore store;

		WithoutTracking(TestRedis redis) {
			this.store = new RedisKvStore(redis.template().getRequiredConnectionFactory(),
					KeyNames.prefixedWith("app:"), null, SETTINGS);
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

	}

}
