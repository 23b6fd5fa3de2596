package io.github.kvevents.listener;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;

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
	ListeningInstance createInstance(String id, int partitions, ListenerSettings settings) {
		return ListeningInstance.onRedis(this.redis.connectionFactory(), id, partitions, settings);
	}

	@Test
	void fullMemoryDelaysDeadLettersAndIsLoggedOnce(CapturedOutput output) {
		try (TestRedis full = TestRedis.start();
				ListeningInstance writer = ListeningInstance.onRedis(full.connectionFactory(), "full", 1)) {
			KvSubscription subscription = writer.listen("audit",
					ListenerOptions.defaults()
						.initialBackoff(Duration.ofMillis(1))
						.maxAttempts(1)
						.onExhausted(OnExhausted.DEAD_LETTER),
					(event) -> {
						full.execute("CONFIG", "SET", "maxmemory", "1");
						throw new IllegalStateException("from the test");
					});
			writer.template.set("k", "1");
			await().pollDelay(Duration.ofSeconds(3)).until(() -> subscription.getStats().retrying() == 1);
			assertThat(output).containsOnlyOnce("Adding to the dead letters of listener 'audit' failed");
			full.execute("CONFIG", "SET", "maxmemory", "0");
			await().until(() -> subscription.getDeadLetters().count() == 1);
			assertThat(subscription.getStats().failed()).as("the handler isn't called again").isEqualTo(1);
			assertThat(output).contains("Adding to the dead letters of listener 'audit' resumes");
		}
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
