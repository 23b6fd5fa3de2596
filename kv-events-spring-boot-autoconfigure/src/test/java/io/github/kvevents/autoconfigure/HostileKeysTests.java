package io.github.kvevents.autoconfigure;

import io.github.kvevents.fixture.TestRedis;

/**
 * Hostile keys on a single server.
 */
class HostileKeysTests extends HostileKeysContractTests {

	private final TestRedis redis = TestRedis.start();

	@Override
	String address() {
		return "spring.data.redis.port=" + this.redis.getPort();
	}

	@Override
	void stopRedis() {
		this.redis.close();
	}

}
