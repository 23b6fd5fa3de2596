package io.github.kvevents.core;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Tests for {@link KvTemplate} in Redis Cluster.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterKvTemplateTests extends KvTemplateContractTests {

	private final TestCluster cluster;

	ClusterKvTemplateTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Override
	KvStore createStore() {
		return new RedisKvStore(this.cluster.sharedConnections(), KeyNames.prefixedWith("app:"));
	}

}
