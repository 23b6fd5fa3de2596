package io.github.kvevents.redis;

import java.time.Duration;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStoreContractTests;
import io.github.kvevents.store.Namespace;

/**
 * Tests for {@link RedisKvStore} in Redis Cluster: no operation does anything else than
 * on one server.
 */
class ClusterKvStoreTests {

	private static final ChangeLogSettings SETTINGS = new ChangeLogSettings(Namespace.tagged("contract", 5), "one",
			1000, Duration.ofHours(1));

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class Plain extends KvStoreContractTests {

		private final RedisKvStore store;

		Plain(TestCluster cluster) {
			this.store = new RedisKvStore(connectionFactory(cluster), KeyNames.prefixedWith("app*:"));
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class Logged extends KvStoreContractTests {

		private final RedisKvStore store;

		Logged(TestCluster cluster) {
			this.store = new RedisKvStore(connectionFactory(cluster),
					KeyNames.prefixedWith("app*:").in(SETTINGS.namespace()), null, SETTINGS);
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

	}

	@Nested
	@ExtendWith(TestClusterExtension.class)
	class LoggedAndTracked extends KvStoreContractTests {

		private final RedisKvStore store;

		LoggedAndTracked(TestCluster cluster) {
			this.store = new LoggingInstance(connectionFactory(cluster), SETTINGS).store;
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

	}

	private static RedisConnectionFactory connectionFactory(TestCluster cluster) {
		return cluster.sharedConnections();
	}

}
