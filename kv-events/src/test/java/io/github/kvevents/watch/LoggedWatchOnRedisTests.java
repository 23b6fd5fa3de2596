package io.github.kvevents.watch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * Watches of the change log, on a real Redis, in one partition and in three.
 */
class LoggedWatchOnRedisTests {

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OnePartition extends LoggedWatchContractTests {

		private final TestRedis redis;

		private final ChangeLogSettings settings = settings(Namespace.of("watched"));

		OnePartition(TestRedis redis) {
			this.redis = redis;
		}

		@Override
		WatchInstance createInstance() {
			return LoggedWatchOnRedisTests.instance(this.redis, this.settings);
		}

		@Override
		void trim(KvPosition before) {
			this.redis.template()
				.execute((connection) -> connection.execute("XTRIM",
						bytes(this.settings.namespace().log(before.partition())), bytes("MINID"),
						bytes(before.millis() + "-" + before.sequence())), true);
		}

		@Override
		void loseLog() {
			this.redis.template().delete(this.settings.namespace().log(0));
		}

	}

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class ThreePartitions extends WatchRaceContractTests {

		private final TestRedis redis;

		ThreePartitions(TestRedis redis) {
			this.redis = redis;
		}

		@Override
		WatchInstance createInstance() {
			return LoggedWatchOnRedisTests.instance(this.redis, settings(new Namespace("watched", 3)));
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class ThreePartitionsInCluster extends WatchRaceContractTests {

		private final TestCluster cluster;

		ThreePartitionsInCluster(TestCluster cluster) {
			this.cluster = cluster;
		}

		@Override
		WatchInstance createInstance() {
			return LoggedWatchOnRedisTests.instance(this.cluster.sharedConnections(),
					settings(Namespace.tagged("watched", 3)));
		}

	}

	private static ChangeLogSettings settings(Namespace namespace) {
		return new ChangeLogSettings(namespace, WatchInstance.ORIGIN, 1_000_000, Duration.ofHours(3));
	}

	private static WatchInstance instance(TestRedis redis, ChangeLogSettings settings) {
		return instance(redis.template().getRequiredConnectionFactory(), settings);
	}

	private static WatchInstance instance(RedisConnectionFactory connectionFactory, ChangeLogSettings settings) {
		KeyNames names = KeyNames.prefixedWith("app:");
		return new WatchInstance(new RedisKvStore(connectionFactory, names, null, settings),
				new RedisChangeLogStore(connectionFactory, names, settings));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
