package io.github.kvevents.redis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.expiry.TrackingSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Thirty values that are together larger than the heap of the process that reads them.
 * Full scale ({@code -Dkv.faults.scale=full}): 20 MB each, with a heap of 512 MB.
 */
@Timeout(600)
@NullUnmarked // the process is there once it is started
class LargeValueProcessTests {

	private static final boolean FULL = "full".equals(System.getProperty("kv.faults.scale"));

	private static final int VALUES = 30;

	private static final int BYTES = FULL ? 20 << 20 : 5 << 20;

	private static final String HEAP = FULL ? "-Xmx512m" : "-Xmx128m";

	private static final Duration LONG = Duration.ofMinutes(4);

	private final TestRedis redis = TestRedis.start();

	private final RedisConnectionFactory factory = this.redis.connectionFactory(this.redis.getPort(),
			Duration.ofSeconds(60));

	@TempDir
	Path directory;

	private Process process;

	@AfterEach
	void end() throws Exception {
		if (this.process != null) {
			this.process.destroyForcibly().waitFor();
		}
		this.redis.close();
	}

	@Test
	void listenerWatchAndReaderOfTheLogReceiveAll() throws Exception {
		KvTemplate template = KvTemplate
			.builder(new RedisKvStore(this.factory, KeyNames.plain(), null, LargeValueInstance.settings("writer")),
					new PlainKvCodec())
			.build();
		IntConsumer write = (number) -> template.set("large:" + number, value(number));
		IntStream.range(0, VALUES / 2).forEach(write);
		start("log");
		awaitOutput("watch", VALUES / 2);
		for (int number = VALUES / 2; number < VALUES; number++) {
			write.accept(number);
		}
		awaitOutput("watch", VALUES);
		awaitOutput("read", VALUES);
		awaitOutput("listener", VALUES - 3);
		awaitOutput("letter", 3);
		assertThat(received("watch").subList(0, VALUES / 2)).as("what existed, in any order")
			.containsExactlyInAnyOrderElementsOf(numbers(0, VALUES / 2));
		assertThat(received("watch").subList(VALUES / 2, VALUES))
			.containsExactlyElementsOf(numbers(VALUES / 2, VALUES));
		assertThat(received("read")).containsExactlyElementsOf(numbers(0, VALUES));
		assertThat(received("letter")).containsExactly(5, 15, 25);
		assertThat(received("listener")).doesNotHaveDuplicates().hasSize(VALUES - 3).doesNotContain(5, 15, 25);
		assertMemorySufficed();
	}

	@Test
	void hookReceivesAllExpiriesWithTheirValues() throws Exception {
		ExpiryTracker tracker = ExpiryTracker
			.builder(this.factory, LargeValueInstance.NAMESPACE,
					HookEngine.builder().codec(new PlainKvCodec()).build().getDispatcher(), new PlainKvCodec())
			.names(KeyNames.plain())
			.instanceId("writer")
			.settings(TrackingSettings.defaults().mode(TrackingMode.ALL))
			.build();
		KvTemplate template = KvTemplate
			.builder(new RedisKvStore(this.factory, KeyNames.plain(), tracker), new PlainKvCodec())
			.build();
		start("expiries");
		for (int number = 0; number < VALUES; number++) {
			template.set("large:" + number, value(number), Duration.ofMillis(50));
		}
		awaitOutput("expiry", VALUES);
		assertThat(received("expiry")).containsExactlyInAnyOrderElementsOf(numbers(0, VALUES));
		assertMemorySufficed();
	}

	@Test
	void followOfAnEventLogReceivesAllInOrder() throws Exception {
		StoreKvEventLogs logs = new StoreKvEventLogs(
				new RedisEventLogStore(this.factory, LargeValueInstance.NAMESPACE, null), new PlainKvCodec());
		KvEventLog eventLog = logs.open("sensors", EventLogOptions.defaults());
		start("events");
		for (int number = 0; number < VALUES; number++) {
			eventLog.add(Map.of("value", value(number)));
		}
		awaitOutput("follow", VALUES);
		awaitOutput("tail", VALUES);
		assertThat(received("follow")).containsExactlyElementsOf(numbers(0, VALUES));
		assertThat(received("tail")).endsWith(VALUES - 1).isSorted();
		assertMemorySufficed();
	}

	private void start(String what) throws IOException {
		this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
				"-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
				LargeValueInstance.class.getName(), String.valueOf(this.redis.getPort()), what)
			.redirectOutput(output().toFile())
			.redirectError(errors().toFile())
			.start();
		await().atMost(LONG).until(() -> lines().contains("ready") || !this.process.isAlive());
		assertMemorySufficed();
	}

	private Path output() {
		return this.directory.resolve("output");
	}

	private Path errors() {
		return this.directory.resolve("errors");
	}

	private List<String> lines() throws IOException {
		return Files.readAllLines(output());
	}

	private void awaitOutput(String way, int count) {
		await().atMost(LONG)
			.pollInterval(Duration.ofMillis(100))
			.until(() -> received(way).size() >= count || !this.process.isAlive());
	}

	/**
	 * The numbers in the values that came whole, in their order.
	 */
	private List<Integer> received(String way) throws IOException {
		return lines().stream()
			.filter((line) -> line.startsWith(way + " ") && line.endsWith(" " + BYTES))
			.map((line) -> Integer.valueOf(line.split(" ")[1]))
			.toList();
	}

	private void assertMemorySufficed() throws IOException {
		assertThat(Files.readString(output()) + Files.readString(errors())).doesNotContain("OutOfMemoryError",
				"OutOfDirectMemoryError");
		assertThat(this.process.isAlive()).isTrue();
	}

	private static List<Integer> numbers(int from, int to) {
		return IntStream.range(from, to).boxed().toList();
	}

	private static byte[] value(int number) {
		return ByteBuffer.allocate(BYTES).putInt(number).array();
	}

}
