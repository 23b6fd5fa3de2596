package io.github.kvevents.redis.expiry;

import java.time.Duration;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
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
class RedisExpiryContractTests {

	private static final KeyNames NAMES = KeyNames.prefixedWith("contract:");

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OneServer extends Contract {

		OneServer(TestRedis redis) {
			super(redis.template().getRequiredConnectionFactory(), new Namespace("contract", 3));
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class InCluster extends Contract {

		InCluster(TestCluster cluster) {
			super(cluster.sharedConnections(), Namespace.tagged("contract", 3));
		}

	}

	abstract static class Contract extends ExpiryContractTests {

		private final RedisConnectionFactory connectionFactory;

		private final Namespace namespace;

		private final ExpiryTracker tracker;

		private final KvStore store;

		Contract(RedisConnectionFactory connectionFactory, Namespace namespace) {
			this.connectionFactory = connectionFactory;
			this.namespace = namespace;
			this.tracker = ExpiryTracker
				.builder(connectionFactory, namespace, this.engine.getDispatcher(), new PlainKvCodec())
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
		 * Another instance owns the lease and does not sweep, and this one does not know
		 * the deadlines.
		 */
		@Override
		KvStore startUnswept() {
			StringRedisTemplate template = new StringRedisTemplate(this.connectionFactory);
			for (int partition = 0; partition < this.namespace.partitions(); partition++) {
				template.opsForValue().set(this.namespace.sweeper(partition), "other", Duration.ofMinutes(5));
			}
			this.tracker.start();
			await().until(this.tracker::deliversEnded);
			return new RedisKvStore(this.connectionFactory, NAMES, ExpiryTracker
				.builder(this.connectionFactory, this.namespace, this.engine.getDispatcher(), new PlainKvCodec())
				.names(NAMES)
				.build());
		}

		@Override
		void stop() {
			this.tracker.stop();
		}

	}

}
