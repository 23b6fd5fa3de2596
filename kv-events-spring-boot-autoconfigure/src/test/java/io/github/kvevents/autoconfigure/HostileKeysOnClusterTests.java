package io.github.kvevents.autoconfigure;

import java.util.stream.Stream;

import io.github.kvevents.fixture.TestCluster;

/**
 * Hostile keys in a Redis Cluster, where braces decide on the slot.
 */
class HostileKeysOnClusterTests extends HostileKeysContractTests {

	private final TestCluster cluster = TestCluster.start(2);

	/** The others are no different there. */
	@Override
	Stream<String> texts() {
		return super.texts().filter((key) -> key.matches("(?s).*[{}*?\\[\r\u0000].*"));
	}

	@Override
	String address() {
		return "spring.data.redis.cluster.nodes=" + this.cluster.addresses();
	}

	@Override
	void stopRedis() {
		this.cluster.close();
	}

}
