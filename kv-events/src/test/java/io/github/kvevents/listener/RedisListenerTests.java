package io.github.kvevents.listener;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Listeners on a change log in Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RedisListenerTests extends ListenerContractTests {

	private final TestRedis redis;

	RedisListenerTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return ListeningInstance.onRedis(this.redis.connectionFactory(), id, partitions);
	}

	@Test
	void leaseOfAnInstanceThatIsGoneIsVoidWhenTheClockWasSetBack() {
		String until = String.valueOf(System.currentTimeMillis() + Duration.ofHours(1).toMillis());
		this.redis.template()
			.opsForHash()
			.putAll("kv-events:{listening:0}:listener:audit",
					Map.of("owner", "gone", "until", until, "epoch", "3", "instance:gone", until));
		KvSubscription subscription = this.instance.listen("audit", ListenerOptions.defaults(), this.recorder);
		this.instance.template.set("k", "1");
		await().until(() -> this.recorder.size() == 1);
		assertThat(subscription.getStatus().partitions().get(0).owner()).isEqualTo("one");
	}

}
