package io.github.kvevents.log.change;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * The change log in Redis.
 */
class RedisKvChangeLogTests {

	private static final KeyNames NAMES = KeyNames.prefixedWith("pre:");

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OneServer extends Contract {

		OneServer(TestRedis redis) {
			super(redis.template().getRequiredConnectionFactory(), new Namespace("read", 3));
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class InCluster extends Contract {

		InCluster(TestCluster cluster) {
			super(cluster.sharedConnections(), Namespace.tagged("read", 3));
		}

	}

	abstract static class Contract extends KvChangeLogContractTests {

		private final ExpiryTracker tracker;

		private final RedisKvStore store;

		private final RedisChangeLogStore changes;

		Contract(RedisConnectionFactory connections, Namespace namespace) {
			ChangeLogSettings settings = new ChangeLogSettings(namespace, "reader-1", 5000, Duration.ofHours(3));
			PlainKvCodec codec = new PlainKvCodec();
			this.tracker = ExpiryTracker
				.builder(connections, namespace, HookEngine.builder().codec(codec).build().getDispatcher(), codec)
				.names(NAMES)
				.instanceId(settings.instanceId())
				.log(settings)
				.build();
			this.store = new RedisKvStore(connections, NAMES, this.tracker, settings);
			this.changes = new RedisChangeLogStore(connections, NAMES, settings);
		}

		@BeforeEach
		void startTracker() {
			this.tracker.start();
		}

		@AfterEach
		void stopTracker() {
			this.tracker.stop();
		}

		@Override
		KvStore store() {
			return this.store;
		}

		@Override
		ChangeLogStore changes() {
			return this.changes;
		}

	}

}
