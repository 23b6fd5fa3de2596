package io.github.kvevents.log.change;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.log.change.ChangeFeedTests.Recorder;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The feed on a Redis that fails.
 */
class RedisChangeFeedTests {

	private static final String LOG = "kv-events:{feed:0}:log";

	private final TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");

	private final RedisConnectionFactory connections = this.redis.connectionFactory(this.redis.getPort(),
			Duration.ofSeconds(3));

	private final ChangeLogSettings settings = new ChangeLogSettings(Namespace.of("feed"), "feeder", 9000,
			Duration.ofHours(1));

	private final RedisKvStore store = new RedisKvStore(this.connections, KeyNames.prefixedWith(""), null,
			this.settings);

	private final RedisChangeLogStore log = new RedisChangeLogStore(this.connections, KeyNames.prefixedWith(""),
			this.settings);

	private final StoreChangeFeed feed = new StoreChangeFeed(this.log);

	private final Recorder recorder = new Recorder();

	@AfterEach
	void stop() {
		this.feed.stop();
		this.redis.close();
	}

	@Test
	void nothingIsLostWhenRedisIsKilled() {
		subscribe();
		write("1");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1"));
		for (int round = 2; round < 5; round++) {
			int connects = this.recorder.connects.get();
			this.redis.kill();
			this.redis.restart();
			write(String.valueOf(round));
			int received = round;
			await().until(() -> this.recorder.received.size() == received);
			assertThat(this.recorder.connects.get()).isGreaterThanOrEqualTo(connects);
		}
		assertThat(this.recorder.received).containsExactly("k=1", "k=2", "k=3", "k=4");
		assertThat(this.recorder.resets).isEmpty();
	}

	@Test
	void aTailThatWasLostInAFailoverIsSignalledAndNewEntriesAreHeard() {
		KvPosition first = write("0");
		subscribe();
		write("1");
		write("2");
		await().until(() -> this.recorder.received.size() == 2);
		// as a replica has it that didn't get the last two and became primary
		this.redis.execute("EVAL",
				"local e = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1] redis.call('DEL', KEYS[1]) "
						+ "return redis.call('XADD', KEYS[1], e[1], unpack(e[2]))",
				"1", LOG);
		await().untilAsserted(() -> assertThat(this.recorder.resets).containsExactly(first.toString()));
		write("3");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1", "k=2", "k=3"));
	}

	@Test
	void whatFlushAllTookIsSignalled() {
		subscribe();
		write("1");
		await().until(() -> this.recorder.received.size() == 1);
		this.redis.execute("FLUSHALL");
		await().untilAsserted(() -> assertThat(this.recorder.resets).containsExactly("0:0-0"));
		write("2");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1", "k=2"));
	}

	@Test
	void entriesOfOthersAreNoGap() {
		subscribe();
		write("1");
		this.redis.execute("XADD", LOG, "*", "theirs", "1");
		this.redis.execute("XADD", LOG, "*", "theirs", "2");
		write("2");
		await().until(() -> this.recorder.received.size() == 2);
		awaitComparisons();
		this.redis.execute("XADD", LOG, "*", "theirs", "3");
		await().until(() -> this.log.getState(0).last().equals(this.feed.cursor().get(0)));
		// what is trimmed had been passed over
		this.redis.execute("XTRIM", LOG, "MAXLEN", "0");
		awaitComparisons();
		write("3");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1", "k=2", "k=3"));
		assertThat(this.recorder.resets).isEmpty();
	}

	private void awaitComparisons() {
		int before = this.recorder.comparisons.get();
		await().until(() -> this.recorder.comparisons.get() >= before + 2);
	}

	@Test
	void aKeyOfAnotherTypeIsWaitedOut() {
		subscribe();
		write("1");
		await().until(() -> this.recorder.received.size() == 1);
		this.redis.execute("RENAME", LOG, "aside");
		this.redis.execute("RPUSH", LOG, "x");
		await().until(() -> this.feed.cursor().size() == 1 && blocked() == 0);
		this.redis.execute("RENAME", "aside", LOG);
		write("2");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1", "k=2"));
	}

	@Test
	void manySubscribersShareOneConnectionThatEndsWithTheLast() throws Exception {
		write("0");
		Map<Integer, KvPosition> ends = Map.of(0, this.log.getState(0).last());
		ChangeFeed.Subscription first = this.feed.join(cursors(ends), this.recorder);
		assertThat(first).isNotNull();
		List<ChangeFeed.Subscription> others = List.of(this.feed.subscribe(new Recorder()),
				this.feed.subscribe(new Recorder()));
		await().until(() -> blocked() == 1);
		others.forEach(ChangeFeed.Subscription::close);
		write("1");
		await().untilAsserted(() -> assertThat(this.recorder.received).containsExactly("k=1"));
		assertThat(blocked()).isLessThanOrEqualTo(1);
		first.close();
		await().until(() -> blocked() == 0 && this.feed.cursor().isEmpty());
	}

	private long blocked() {
		String list = (String) this.redis.execute("CLIENT", "LIST");
		return list.lines().filter((client) -> client.contains("cmd=xread")).count();
	}

	private void subscribe() {
		this.feed.subscribe(this.recorder);
		await().until(() -> this.recorder.connects.get() == 1);
	}

	private static Map<Integer, PartitionCursor> cursors(Map<Integer, KvPosition> positions) {
		Map<Integer, PartitionCursor> cursors = new TreeMap<>();
		positions.forEach(
				(partition, position) -> cursors.put(partition, new PartitionCursor(ReadPosition.after(position))));
		return cursors;
	}

	private KvPosition write(String value) {
		return await().ignoreExceptions()
			.until(() -> this.store.set(new StoreWrite("k", value.getBytes(StandardCharsets.UTF_8))).position(),
					(position) -> position != null);
	}

}
