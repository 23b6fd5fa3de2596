package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.redis.RedisEventLogStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Event logs on a Redis that fails.
 */
class EventLogFaultTests {

	@Test
	void followsGoOnAfterRedisWasKilled() {
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always")) {
			StoreKvEventLogs logs = logs(redis);
			KvEventLog log = logs.open("killed", EventLogOptions.defaults());
			List<RecordingFollower> followers = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				RecordingFollower follower = new RecordingFollower();
				followers.add(follower);
				log.tailAndFollow(follower);
			}
			KvEventLogsContractTests.addNumbers(log, 0, 10);
			followers.forEach((follower) -> await().until(() -> follower.received.size() == 10));
			for (int round = 1; round <= 3; round++) {
				redis.kill();
				int outages = round;
				followers.forEach((follower) -> await().until(() -> follower.errors.size() == outages));
				redis.restart();
				await().ignoreExceptions().until(() -> log.tail(1).size() == 1);
				KvEventLogsContractTests.addNumbers(log, 10 * round, 10 * round + 10);
				int count = 10 * round + 10;
				for (RecordingFollower follower : followers) {
					await().untilAsserted(
							() -> assertThat(follower.received).isEqualTo(KvEventLogsContractTests.numbers(0, count)));
				}
			}
			logs.stop();
		}
	}

	@Test
	void aLogThatIsLostInARestartIsSignalled() {
		try (TestRedis redis = TestRedis.start()) {
			StoreKvEventLogs logs = logs(redis);
			KvEventLog log = logs.open("lost", EventLogOptions.defaults());
			RecordingFollower follower = new RecordingFollower();
			log.tailAndFollow(follower);
			KvEventLogsContractTests.addNumbers(log, 0, 5);
			await().until(() -> follower.received.size() == 5);
			redis.restart();
			await().untilAsserted(() -> assertThat(follower.received).endsWith("deleted"));
			await().ignoreExceptions().until(() -> log.tail().isEmpty());
			KvEventLogsContractTests.addNumbers(log, 5, 7);
			await().untilAsserted(
					() -> assertThat(follower.received).containsExactly("0", "1", "2", "3", "4", "deleted", "5", "6"));
			logs.stop();
		}
	}

	@Test
	void nothingIsAddedWhenMemoryIsShort() {
		try (TestRedis redis = TestRedis.start("maxmemory", "4mb", "maxmemory-policy", "noeviction")) {
			KvEventLog log = logs(redis, Duration.ofSeconds(20)).open("full", EventLogOptions.defaults());
			List<Map<String, String>> batch = Collections.nCopies(50, Map.of("v", "x".repeat(2000)));
			int added = 0;
			DataAccessException refusal = null;
			while (refusal == null && added < 10_000) {
				try {
					added += log.addAll(batch).size();
				}
				catch (DataAccessException ex) {
					refusal = ex;
				}
			}
			assertThat(refusal).rootCause().hasMessageContaining("OOM");
			assertThat(added).isPositive();
			assertThat(log.tail()).hasSize(added);
		}
	}

	@Test
	void aFollowThatCanNotBeginThrows() {
		try (TestRedis redis = TestRedis.start()) {
			StoreKvEventLogs logs = logs(redis);
			KvEventLog log = logs.open("away", EventLogOptions.defaults());
			redis.kill();
			RecordingFollower follower = new RecordingFollower();
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> log.tailAndFollow(follower));
			redis.restart();
			await().ignoreExceptions().until(() -> log.tail().isEmpty());
			IntStream.range(0, 3).forEach((i) -> log.add(KvEventLogsContractTests.value(i)));
			assertThat(log.tail()).hasSize(3);
			assertThat(follower.batches).isEmpty();
			logs.stop();
		}
	}

	/**
	 * Event logs whose commands time out soon, since these servers fall silent.
	 */
	private static StoreKvEventLogs logs(TestRedis redis) {
		return logs(redis, Duration.ofSeconds(3));
	}

	private static StoreKvEventLogs logs(TestRedis redis, Duration timeout) {
		return new StoreKvEventLogs(new RedisEventLogStore(redis.connectionFactory(redis.getPort(), timeout),
				RedisKvEventLogsTests.NAMESPACE, null), KvEventLogsContractTests.CODEC);
	}

}
