package io.github.kvevents.listener;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;

/**
 * Orders to durable listeners in Redis Cluster.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterListenerOrdersTests extends ListenerOrdersContractTests {

	private final TestCluster cluster;

	ClusterListenerOrdersTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return ListeningInstance.onRedis(this.cluster.sharedConnections(), id, partitions);
	}

}
