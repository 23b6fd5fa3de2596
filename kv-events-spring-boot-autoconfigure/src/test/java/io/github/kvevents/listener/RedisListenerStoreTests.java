package io.github.kvevents.listener;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.store.Namespace;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link RedisListenerStore} on a real server.
 */
@ExtendWith(TestRedisExtension.class)
class RedisListenerStoreTests extends ListenerStoreContractTests {

	private final TestRedis redis;

	RedisListenerStoreTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	ListenerStore createStore() {
		return new RedisListenerStore(this.redis.connectionFactory(), new Namespace("shop", 2));
	}

	@Test
	void removeLeavesNoKeyBehind() {
		this.store.acquire(1, "audit", "a", Duration.ofSeconds(9), 0);
		assertThat(this.redis.template().keys("*")).containsExactlyInAnyOrder("kv-events:{shop:1}:listener:audit",
				"kv-events:{shop:1}:listeners");
		this.store.remove(1, "audit", Duration.ZERO);
		assertThat(this.redis.template().keys("*")).isEmpty();
	}

}
