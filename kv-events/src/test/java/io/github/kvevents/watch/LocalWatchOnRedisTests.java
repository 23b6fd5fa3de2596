package io.github.kvevents.watch;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;

/**
 * Watches without a change log, on a real Redis.
 */
@ExtendWith(TestRedisExtension.class)
class LocalWatchOnRedisTests extends LocalWatchContractTests {

	private final TestRedis redis;

	LocalWatchOnRedisTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	WatchInstance createInstance() {
		return new WatchInstance(
				new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), KeyNames.plain()));
	}

}
