package io.github.kvevents.expiry;

import java.time.Duration;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.KeyNames;
import io.github.kvevents.store.redis.RedisKvStore;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

/**
 * Tracked keys in Redis, in three partitions.
 */
@ExtendWith(TestRedisExtension.class)
class RedisExpiryContractTests extends ExpiryContractTests {

	private static final KeyNames NAMES = KeyNames.prefixedWith("contract:");

	private final ExpiryTracker tracker;

	private final KvStore store;

	RedisExpiryContractTests(TestRedis redis) {
		RedisConnectionFactory connectionFactory = redis.template().getRequiredConnectionFactory();
		this.tracker = ExpiryTracker
			.builder(connectionFactory, new Namespace("contract", 3), this.engine.getDispatcher(), new PlainKvCodec())
			.instanceId(INSTANCE_ID)
			.names(NAMES)
			.settings(TrackingSettings.defaults().delivery(100, 2).stopTimeout(Duration.ofSeconds(2)))
			.build();
		this.store = new RedisKvStore(connectionFactory, NAMES, this.tracker);
	}

	@Override
	KvStore store() {
		return this.store;
	}

	@Override
	void start() {
		this.tracker.start();
	}

	@Override
	void stop() {
		this.tracker.stop();
	}

}
