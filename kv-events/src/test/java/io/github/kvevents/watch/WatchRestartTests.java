package io.github.kvevents.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Watches of the change log on a Redis that is killed, or loses the end of the log.
 */
class WatchRestartTests {

	private static final String LOG = "kv-events:{restarted:0}:log";

	private final TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");

	private final WatchInstance instance = instance();

	private WatchInstance instance() {
		RedisConnectionFactory connections = this.redis.connectionFactory(this.redis.getPort(), Duration.ofSeconds(7));
		ChangeLogSettings settings = new ChangeLogSettings(Namespace.of("restarted"), WatchInstance.ORIGIN, 90_000,
				Duration.ofHours(3));
		return new WatchInstance(new RedisKvStore(connections, KeyNames.plain(), null, settings),
				new RedisChangeLogStore(connections, KeyNames.plain(), settings));
	}

	@AfterEach
	void stop() {
		this.instance.close();
		this.redis.close();
	}

	@Test
	void anOpenWatchAndOneThatResumesMissNothingWhenRedisIsKilled() {
		KvWatch watch = this.instance.watch(WatchOptions.prefix("k"));
		List<KvEvent> received = new ArrayList<>();
		for (int round = 0; round < 4; round++) {
			write("k" + round, "v");
			received.addAll(WatchInstance.take(watch, 1));
			this.redis.kill();
			this.redis.restart();
		}
		write("k4", "v");
		received.addAll(WatchInstance.take(watch, 1));
		assertThat(WatchInstance.texts(received)).containsExactly("CREATED k0=v", "CREATED k1=v", "CREATED k2=v",
				"CREATED k3=v", "CREATED k4=v");
		KvPosition position = LoggedWatchContractTests.position(received.get(1));
		try (KvWatch resumed = this.instance.watch(WatchOptions.prefix("k").after(position))) {
			assertThat(WatchInstance.take(resumed, 3)).extracting(KvEvent::getPosition)
				.containsExactlyElementsOf(received.subList(2, 5).stream().map(KvEvent::getPosition).toList());
			write("k5", "v");
			assertThat(WatchInstance.texts(WatchInstance.take(resumed, 1))).containsExactly("CREATED k5=v");
		}
		assertThat(watch.isOpen()).isTrue();
	}

	@Test
	void aReaderThatWaitsWhileRedisIsAwayResumes() {
		KvPosition position = write("k0", "v");
		writeBatch(1, 700);
		KvWatch resumed = this.instance.watch(WatchOptions.all().after(position));
		assertThat(WatchInstance.texts(WatchInstance.take(resumed, 1))).containsExactly("CREATED k1=v");
		this.redis.kill();
		assertThat(WatchInstance.take(resumed, 499)).hasSize(499);
		assertThat(resumed.poll(Duration.ofMillis(200))).isNull();
		this.redis.restart();
		assertThat(WatchInstance.texts(WatchInstance.take(resumed, 199))).startsWith("CREATED k501=v")
			.endsWith("CREATED k699=v");
	}

	@Test
	void aLossThatOthersHaveWrittenOverIsAGapToWhoCatchesUp() {
		KvPosition first = write("k0", "v");
		writeBatch(1, 600);
		KvWatch watch = this.instance.watch(WatchOptions.all().after(first));
		WatchInstance.take(watch, 1);
		// as a replica has it that only got the first one and became primary
		this.redis.execute("EVAL",
				"local e = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1] redis.call('DEL', KEYS[1]) "
						+ "return redis.call('XADD', KEYS[1], e[1], unpack(e[2]))",
				"1", LOG);
		KvPosition later = write("later", "v");
		List<KvEvent> received = new ArrayList<>();
		assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> {
			while (received.size() < 1_000) {
				received.addAll(WatchInstance.take(watch, 1));
			}
		}).satisfies((ex) -> assertThat(ex.getEarliest()).isEqualTo(later));
		assertThat(received).extracting(KvEvent::getKey).doesNotContain("later");
		assertThat(watch.isOpen()).isFalse();
	}

	private void writeBatch(int from, int to) {
		Map<String, String> entries = new LinkedHashMap<>();
		for (int i = from; i < to; i++) {
			entries.put("k" + i, "v");
		}
		this.instance.template.batchSet(entries);
	}

	/**
	 * Writes once Redis is there.
	 */
	private KvPosition write(String key, String value) {
		await().ignoreExceptions().until(() -> {
			this.instance.template.set(key, value);
			return true;
		});
		KvPosition position = this.instance.log().getState(0).last();
		assertThat(position.millis()).isPositive();
		return position;
	}

}
