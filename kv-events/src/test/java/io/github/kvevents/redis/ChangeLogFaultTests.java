package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvEventType;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.LogReplay;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A server that is killed while it writes: a key and its entry in the log are on disk
 * together, or neither is.
 */
class ChangeLogFaultTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int WRITERS = 4;

	private static final List<String> KEYS = IntStream.range(0, 200).mapToObj((index) -> "key" + index).toList();

	@ParameterizedTest
	@ValueSource(strings = { "everysec", "always" })
	void replayingTheLogGivesWhatIsStoredAfterCrashes(String fsync) throws Exception {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("faults", 2), "one", 10_000_000,
				Duration.ofHours(1));
		ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
		AtomicBoolean stopped = new AtomicBoolean();
		AtomicInteger written = new AtomicInteger();
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", fsync);
				LoggingInstance instance = new LoggingInstance(redis.connectionFactory(), settings).start()) {
			List<Future<Void>> writers = IntStream.range(0, WRITERS)
				.mapToObj((writer) -> threads.submit(writer(instance.store, new Random(writer), stopped, written)))
				.toList();
			Random random = new Random();
			for (int crash = 0; crash < FaultScale.of(3, 30); crash++) {
				int soMany = written.get() + 300 + random.nextInt(700);
				await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> written.get() >= soMany);
				redis.restart();
				// as documented for operators: the crash may have cut the file, see below
				redis.rewriteAppendOnlyFile();
			}
			stopped.set(true);
			for (Future<Void> writer : writers) {
				writer.get();
			}
			await().atMost(PATIENCE).until(() -> deadlines(redis) == 0);
			List<LoggedChange> changes = LogReplay.assertGives(instance.log, instance.store, KEYS);
			assertThat(changes.stream().map(LoggedChange::type)).contains(KvEventType.EXPIRED);
			assertThat(changes).hasSizeGreaterThan(500);
			for (int partition = 0; partition < 2; partition++) {
				assertThat(instance.log.getState(partition).added())
					.isEqualTo(instance.log.getState(partition).length());
			}
		}
		finally {
			stopped.set(true);
			threads.shutdownNow();
		}
	}

	/**
	 * Redis loads a file that ends within a transaction, and leaves the transaction's
	 * beginning at the end of the file, where the one that follows continues it. Half of
	 * it would be there after the next start if the file weren't written anew.
	 */
	@Test
	void transactionCutByTheCrashIsGoneAfterTheFileWasRewritten() {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("cut", 1), "one", 10_000, Duration.ofHours(1));
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always")) {
			RedisConnectionFactory connections = redis.connectionFactory();
			RedisKvStore store = new RedisKvStore(connections, LoggingInstance.NAMES, null, settings);
			RedisChangeLogStore log = new RedisChangeLogStore(connections, LoggingInstance.NAMES, settings);
			store.set(new StoreWrite("whole", bytes("1")));
			store.set(new StoreWrite("cut", bytes("2")));
			redis.kill();
			redis.cutAppendOnlyFile("*1\r\n$4\r\nEXEC\r\n".length() + 5);
			redis.restart();
			redis.rewriteAppendOnlyFile();
			store.set(new StoreWrite("later", bytes("3")));
			redis.restart();
			List<LoggedChange> changes = LogReplay.assertGives(log, store, List.of("whole", "cut", "later"));
			assertThat(changes.stream().map(LoggedChange::key)).containsExactly("whole", "later");
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static long deadlines(TestRedis redis) {
		return (Long) redis.execute("ZCARD", "kv-events:{faults:0}:deadlines")
				+ (Long) redis.execute("ZCARD", "kv-events:{faults:1}:deadlines");
	}

	private static Callable<Void> writer(RedisKvStore store, Random random, AtomicBoolean stopped,
			AtomicInteger written) {
		return () -> {
			while (!stopped.get()) {
				try {
					write(store, random);
					written.incrementAndGet();
				}
				catch (DataAccessException ex) {
					// the server is down: it may have been written or not
				}
			}
			return null;
		};
	}

	private static void write(RedisKvStore store, Random random) {
		String key = KEYS.get(random.nextInt(KEYS.size()));
		byte[] value = bytes(String.valueOf(random.nextInt(1000)));
		switch (random.nextInt(6)) {
			case 0 -> store.delete(key);
			case 1 -> store.set(new StoreWrite(key, value, Condition.ALWAYS, Duration.ofMillis(1 + random.nextInt(50)),
					null, false));
			case 2 -> store.setAll(some(random).map((name) -> new StoreWrite(name, value)).toList());
			case 3 -> store.deleteAll(some(random).map(StoreDelete::new).toList());
			default -> store.set(new StoreWrite(key, value));
		}
	}

	private static Stream<String> some(Random random) {
		return random.ints(20, 0, KEYS.size()).mapToObj(KEYS::get);
	}

}
