package io.github.kvevents.core;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Hooks in Redis Cluster, whose plain keys keep their names.
 */
@ExtendWith(TestClusterExtension.class)
class HooksOnClusterTests extends HooksOnBackEndContractTests {

	private final TestCluster cluster;

	HooksOnClusterTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	KvStore createStore() {
		return new RedisKvStore(this.cluster.sharedConnections(), KeyNames.plain());
	}

}
