package io.github.kvevents.log.event;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.redis.RedisEventLogStore;
import io.github.kvevents.store.Namespace;

/**
 * Event logs in Redis Cluster.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterKvEventLogsTests extends KvEventLogsContractTests {

	private final TestCluster cluster;

	ClusterKvEventLogsTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	StoreKvEventLogs create() {
		return new StoreKvEventLogs(
				new RedisEventLogStore(this.cluster.sharedConnections(), Namespace.tagged("test", 5), null), CODEC);
	}

}
