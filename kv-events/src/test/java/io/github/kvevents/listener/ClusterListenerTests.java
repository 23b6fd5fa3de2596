package io.github.kvevents.listener;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;

/**
 * Durable listeners in Redis Cluster.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterListenerTests extends ListenerContractTests {

	private final TestCluster cluster;

	ClusterListenerTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	ListeningInstance createInstance(String id, int partitions, ListenerSettings settings) {
		return ListeningInstance.onRedis(this.cluster.sharedConnections(), id, partitions, settings);
	}

}
