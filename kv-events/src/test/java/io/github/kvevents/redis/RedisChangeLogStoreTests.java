package io.github.kvevents.redis;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStoreContractTests;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * Tests for {@link RedisChangeLogStore}: the contract, in one partition and in four.
 */
class RedisChangeLogStoreTests {

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OnePartition extends Contract {

		OnePartition(TestRedis redis) {
			super(redis.template().getRequiredConnectionFactory(), Namespace.of("logged"));
		}

	}

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class FourPartitions extends Contract {

		FourPartitions(TestRedis redis) {
			super(redis.template().getRequiredConnectionFactory(), new Namespace("logged", 4));
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class FourPartitionsInCluster extends Contract {

		FourPartitionsInCluster(TestCluster cluster) {
			super(cluster.sharedConnections(), Namespace.tagged("logged", 4));
		}

	}

	abstract static class Contract extends ChangeLogStoreContractTests {

		private final LoggingInstance instance;

		Contract(RedisConnectionFactory connectionFactory, Namespace namespace) {
			this.instance = new LoggingInstance(connectionFactory, namespace);
		}

		@BeforeEach
		void start() {
			this.instance.start();
		}

		@AfterEach
		void stop() {
			this.instance.close();
		}

		@Override
		protected KvStore store() {
			return this.instance.store;
		}

		@Override
		protected ChangeLogStore log() {
			return this.instance.log;
		}

	}

}
