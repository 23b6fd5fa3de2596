package io.github.kvevents.listener;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three instances in processes of their own, one of which is killed (SIGKILL) or stopped
 * beyond its lease (SIGSTOP), again and again, while events come. One in a hundred events
 * is poison. Full scale ({@code -Dkv.faults.scale=full}): 100,000 events and 100 kills.
 */
class ListenerKillTests {

	private static final boolean FULL = "full".equals(System.getProperty("kv.faults.scale"));

	private static final int EVENTS = FULL ? 100_000 : 4000;

	private static final int KILLS = FULL ? 100 : 4;

	private static final int KEYS = 97;

	/**
	 * What may be redelivered for each kill: a batch and what is in flight, each
	 * partition.
	 */
	private static final int TWICE = ListenerFaultInstance.PARTITIONS
			* (ListenerFaultInstance.OPTIONS.getBatchSize() + ListenerFaultInstance.OPTIONS.getConcurrency());

	private final Random random = new Random(7);

	private final List<Instance> all = new ArrayList<>();

	@TempDir
	Path directory;

	@AfterEach
	void end() {
		this.all.forEach((instance) -> instance.process.destroyForcibly());
	}

	@Test
	void nothingIsLostOrReorderedAndOnlyTheWindowComesTwice() throws Exception {
		try (TestRedis redis = TestRedis.start();
				ListeningInstance writer = ListeningInstance.onRedis(redis.connectionFactory(), "writer",
						ListenerFaultInstance.PARTITIONS)) {
			List<Instance> running = new ArrayList<>();
			for (int number = 0; number < 3; number++) {
				running.add(start(redis, "instance-" + number));
			}
			for (Instance instance : running) {
				instance.awaitReady();
			}
			Set<Integer> poison = new HashSet<>();
			for (int number = 0; number < EVENTS; number++) {
				boolean bad = number % 100 == 37;
				writer.template.set("key:" + number % KEYS, (bad ? "poison" : "") + number);
				if (bad) {
					poison.add(number);
				}
				if (number % (EVENTS / KILLS) == EVENTS / KILLS - 1) {
					int victim = this.random.nextInt(running.size());
					running.get(victim).awaitReady();
					running.get(victim).kill();
					running.set(victim, start(redis, "later-" + number));
				}
			}
			awaitAll(EVENTS - poison.size());
			KvSubscription reader = writer.listen("audit", ListenerFaultInstance.OPTIONS, (event) -> {
			});
			await().atMost(Duration.ofSeconds(60)).until(() -> reader.getStatus().lag() == 0);
			List<KvDeadLetter> letters = reader.getDeadLetters().list(EVENTS);
			assertThat(letters).as("each poison once")
				.extracting((letter) -> String.valueOf(letter.event().getValue(String.class)))
				.containsExactlyInAnyOrderElementsOf(poison.stream().map((number) -> "poison" + number).toList());
		}
		assertNotes(EVENTS - EVENTS / 100, KILLS);
	}

	@Test
	void ownerThatWakesUpBehindItsLeaseMovesNothingBack() throws Exception {
		try (TestRedis redis = TestRedis.start();
				ListeningInstance writer = ListeningInstance.onRedis(redis.connectionFactory(), "writer",
						ListenerFaultInstance.PARTITIONS)) {
			Instance sleeper = start(redis, "sleeper");
			sleeper.awaitReady();
			writeAndAwait(writer, 0, 300);
			Instance other = start(redis, "other");
			other.awaitReady();
			IntStream.range(300, 500).forEach((number) -> write(writer, number));
			sleeper.signal("STOP");
			writeAndAwait(writer, 500, 500);
			sleeper.signal("CONT");
			writeAndAwait(writer, 1000, 500);
		}
		assertNotes(1500, 1);
	}

	private static void write(ListeningInstance writer, int number) {
		writer.template.set("key:" + number % KEYS, String.valueOf(number));
	}

	private void writeAndAwait(ListeningInstance writer, int from, int count) {
		IntStream.range(from, from + count).forEach((number) -> write(writer, number));
		awaitAll(from + count);
	}

	private void awaitAll(int count) {
		await().atMost(Duration.ofMinutes(FULL ? 5 : 1)).pollInterval(Duration.ofMillis(100)).until(() -> {
			Set<String> values = new HashSet<>();
			for (Instance instance : this.all) {
				instance.notes().forEach((note) -> values.add(note.value()));
			}
			return values.size() >= count;
		});
	}

	/**
	 * Per key a number that comes for the first time is higher than all before; one that
	 * is lower is redelivered, because its checkpoint was not written.
	 */
	private void assertNotes(int expected, int faults) throws IOException {
		List<Note> notes = new ArrayList<>();
		for (Instance instance : this.all) {
			notes.addAll(instance.notes());
		}
		// processes on one machine share the monotonic clock
		notes.sort(Comparator.comparingLong(Note::at));
		Map<String, Integer> highest = new HashMap<>();
		Set<String> seen = new HashSet<>();
		for (Note note : notes) {
			if (seen.add(note.value())) {
				int number = Integer.parseInt(note.value());
				assertThat(number).as("order of %s", note.key()).isGreaterThan(highest.getOrDefault(note.key(), -1));
				highest.put(note.key(), number);
			}
		}
		int twice = notes.size() - seen.size();
		System.out.printf("listener: %d events, %d faults, %d came twice (at most %d)%n", seen.size(), faults, twice,
				faults * TWICE);
		assertThat(seen).hasSize(expected);
		assertThat(twice).isLessThanOrEqualTo(faults * TWICE);
	}

	private Instance start(TestRedis redis, String id) throws IOException {
		Instance instance = new Instance(redis.getPort(), id, this.directory.resolve(id));
		this.all.add(instance);
		return instance;
	}

	private record Note(String key, String value, long at) {
	}

	private static final class Instance {

		private final Path file;

		private final Process process;

		private boolean ready;

		Instance(int port, String id, Path file) throws IOException {
			this.file = file;
			this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
					System.getProperty("java.class.path"), ListenerFaultInstance.class.getName(), String.valueOf(port),
					id, file.toString())
				.redirectError(ProcessBuilder.Redirect.to(file.resolveSibling(id + ".log").toFile()))
				.start();
		}

		void awaitReady() throws IOException {
			if (this.ready) {
				return;
			}
			BufferedReader output = this.process.inputReader(StandardCharsets.US_ASCII);
			String line = output.readLine();
			while (line != null && !line.equals("ready")) {
				line = output.readLine();
			}
			assertThat(line).as("the instance started").isNotNull();
			this.ready = true;
		}

		void kill() throws InterruptedException {
			assertThat(this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
		}

		void signal(String name) throws IOException, InterruptedException {
			Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).start();
			assertThat(kill.waitFor()).isZero();
		}

		List<Note> notes() throws IOException {
			if (!Files.exists(this.file)) {
				return List.of();
			}
			return Files.readAllLines(this.file)
				.stream()
				.map((line) -> line.split(" "))
				.filter((words) -> words.length == 3)
				.map((words) -> new Note(words[0], words[1], Long.parseLong(words[2])))
				.toList();
		}

	}

}
