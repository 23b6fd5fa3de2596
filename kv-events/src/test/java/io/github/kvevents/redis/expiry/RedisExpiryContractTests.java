package io.github.kvevents.redis.expiry;

import java.time.Duration;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

import static org.awaitility.Awaitility.await;

/**
 * Tracked keys in Redis, in three partitions.
 */
@ExtendWith(TestRedisExtension.class)
class RedisExpiryContractTests extends ExpiryContractTests {

	private static final KeyNames NAMES = KeyNames.prefixedWith("contract:");

	private static final Namespace NAMESPACE = new Namespace("contract", 3);

	private final TestRedis redis;

	private final ExpiryTracker tracker;

	private final KvStore store;

	RedisExpiryContractTests(TestRedis redis) {
		this.redis = redis;
		RedisConnectionFactory connectionFactory = redis.template().getRequiredConnectionFactory();
		this.tracker = ExpiryTracker
			.builder(connectionFactory, NAMESPACE, this.engine.getDispatcher(), new PlainKvCodec())
			.instanceId(INSTANCE_ID)
			.names(NAMES)
			.settings(TrackingSettings.defaults()
				.sweep(Duration.ofMinutes(10), 100)
				.delivery(100, 2)
				.stopTimeout(Duration.ofSeconds(2)))
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

	/**
	 * Another instance owns the lease and does not sweep, and this one does not know the
	 * deadlines.
	 */
	@Override
	KvStore startUnswept() {
		for (int partition = 0; partition < NAMESPACE.partitions(); partition++) {
			this.redis.template().opsForValue().set(NAMESPACE.sweeper(partition), "other", Duration.ofMinutes(5));
		}
		this.tracker.start();
		await().until(this.tracker::deliversEnded);
		return new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), NAMES,
				ExpiryTracker
					.builder(this.redis.template().getRequiredConnectionFactory(), NAMESPACE,
							this.engine.getDispatcher(), new PlainKvCodec())
					.names(NAMES)
					.build());
	}

	@Override
	void stop() {
		this.tracker.stop();
	}

}
