package io.github.kvevents.watch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.KeyNames;
import io.github.kvevents.store.redis.RedisChangeLogStore;
import io.github.kvevents.store.redis.RedisKvStore;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

/**
 * Watches of the change log, on a real Redis, in one partition and in three.
 */
class LoggedWatchOnRedisTests {

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OnePartition extends Contract {

		OnePartition(TestRedis redis) {
			super(redis, Namespace.of("watched"));
		}

	}

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class ThreePartitions extends Contract {

		ThreePartitions(TestRedis redis) {
			super(redis, new Namespace("watched", 3));
		}

	}

	abstract static class Contract extends LoggedWatchContractTests {

		private final TestRedis redis;

		private final ChangeLogSettings settings;

		Contract(TestRedis redis, Namespace namespace) {
			this.redis = redis;
			this.settings = new ChangeLogSettings(namespace, WatchInstance.ORIGIN, 1_000_000, Duration.ofHours(3));
		}

		@Override
		WatchInstance createInstance() {
			KeyNames names = KeyNames.prefixedWith("app:");
			var connectionFactory = this.redis.template().getRequiredConnectionFactory();
			return new WatchInstance(new RedisKvStore(connectionFactory, names, null, this.settings),
					new RedisChangeLogStore(connectionFactory, names, this.settings));
		}

		@Override
		void trim(KvPosition before) {
			this.redis.template()
				.execute(connection -> connection.execute("XTRIM",
						bytes(this.settings.namespace().log(before.partition())), bytes("MINID"),
						bytes(before.millis() + "-" + before.sequence())), true);
		}

		@Override
		void loseLog() {
			for (int partition = 0; partition < this.settings.namespace().partitions(); partition++) {
				this.redis.template().delete(this.settings.namespace().log(partition));
			}
		}

		private static byte[] bytes(String text) {
			return text.getBytes(StandardCharsets.UTF_8);
		}

	}

}
