package io.github.kvevents.listener;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.Namespace;

/**
 * The store of durable listeners in Redis Cluster.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterListenerStoreTests extends ListenerStoreContractTests {

	private final TestCluster cluster;

	ClusterListenerStoreTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	ListenerStore createStore() {
		return new RedisListenerStore(this.cluster.sharedConnections(), Namespace.tagged("shop", 2), null);
	}

}
