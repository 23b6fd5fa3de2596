package io.github.kvevents.benchmarks.rows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.CommandMonitor;
import io.github.kvevents.benchmarks.fixture.JavaProcess;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.rows.SmallApplication.Kind;

/**
 * What an application costs that starts, and one that does nothing.
 */
public final class StartRows {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	/** The settings of a small service. */
	private static final List<String> OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

	private static final List<String> IDLE_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

	private static final String HOOK = "an EXPIRED hook";

	private static final String ALL = "hook, change log and a durable listener";

	private StartRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("start-up", "start-up of a small application: Redis, no web",
					"without the starter; with 100 `@EventListener`s instead of 100 hooks", StartRows::start)
			.goals(Goal.ratioAtMost("starter", 1.05), Goal.ratioAtMost("hooks", 1.05), Goal.atMost("connections", 0)),
				Row.of("idle", "an instance that does nothing", "the same application with `kv.events.enabled=false`",
						StartRows::idle)
					.goals(Goal.atMost("tracking-commands", 4), Goal.atMost("everything-commands", 12),
							Goal.atMost("tracking-cpu", 1), Goal.atMost("everything-cpu", 1)));
	}

	private static void start(Scale scale, Results results) throws Exception {
		List<Double> connections = new ArrayList<>();
		Map<String, Callable<Double>> sides = new LinkedHashMap<>();
		// the starter brings Jackson along
		String plain = JavaProcess.classpath("jackson-", "spring-boot-jackson", "spring-boot-starter-jackson",
				"kv-events-", "re2j", "redisson");
		String jackson = JavaProcess.classpath("kv-events-", "re2j", "redisson");
		String starter = JavaProcess.classpath("redisson");
		try (BenchmarkServer server = new BenchmarkServer()) {
			sides.put("plain", () -> start(server, Kind.WITHOUT, plain));
			sides.put("jackson", () -> start(server, Kind.WITHOUT, jackson));
			sides.put("listeners", () -> start(server, Kind.LISTENERS, starter));
			for (Kind kind : List.of(Kind.STARTER, Kind.HOOKS)) {
				sides.put(kind.name(), () -> {
					long before = server.connections();
					double millis = start(server, kind, starter);
					connections.add((double) (server.connections() - before));
					return millis;
				});
			}
			Map<String, List<Double>> millis = Alternating.run(1, scale.pick(4, 11), sides);
			List<Double> with = millis.getOrDefault("STARTER", List.of());
			results.compare("starter", "with the starter", "ms", with, "Spring Data Redis alone",
					millis.getOrDefault("plain", List.of()));
			results.compare("starter-jackson", "with the starter, which brings Jackson", "ms", with,
					"Spring Data Redis and Jackson", millis.getOrDefault("jackson", List.of()));
			results.compare("hooks", "with 100 hooks", "ms", millis.getOrDefault("HOOKS", List.of()),
					"the starter and 100 @EventListeners", millis.getOrDefault("listeners", List.of()));
			results.figure("connections", "connections until Redis is used", "connections", connections);
		}
	}

	/**
	 * From the start of the process to the application that is ready.
	 */
	private static double start(BenchmarkServer server, Kind kind, String classpath) throws Exception {
		long start = System.nanoTime();
		try (JavaProcess process = JavaProcess.start(OPTIONS, classpath, SmallApplication.class,
				List.of(kind.name(), "--spring.data.redis.port=" + server.port()))) {
			process.awaitLine(PATIENCE);
			return (System.nanoTime() - start) / 1e6;
		}
	}

	private static void idle(Scale scale, Results results) throws Exception {
		try (IdleApplication without = new IdleApplication(Kind.WITHOUT, "--kv.events.enabled=false");
				IdleApplication tracking = new IdleApplication(Kind.EXPIRY);
				IdleApplication everything = new IdleApplication(Kind.EVERYTHING, "--kv.events.log.enabled=true")) {
			List<IdleApplication> all = List.of(without, tracking, everything);
			for (IdleApplication application : all) {
				application.awaitReady();
			}
			// for so long its code is interpreted and compiled for the most part: it runs
			// a few times a second
			int seconds = scale.pick(30, 60);
			List<Rest> first = rest(all, seconds);
			List<Rest> later = rest(all, scale.pick(15, 60));
			String since = ": CPU of a core behind the first %d s, beyond that without".formatted(seconds);
			commands(results, "tracking", HOOK, later.get(1));
			cpu(results, "tracking-cpu", HOOK + since, later.get(1), later.get(0));
			commands(results, "everything", ALL, later.get(2));
			cpu(results, "everything-cpu", ALL + since, later.get(2), later.get(0));
			cpu(results, "everything-first", ALL + ": CPU in the first %d s, beyond that without".formatted(seconds),
					first.get(2), first.get(0));
		}
	}

	private static void commands(Results results, String id, String what, Rest rest) {
		results.figure(id + "-commands", what + ": commands", "commands/s", List.of(rest.commands()));
	}

	private static void cpu(Results results, String id, String what, Rest rest, Rest without) {
		results.figure(id, what, "%", List.of(Math.max(0, rest.cpuPercent() - without.cpuPercent())));
	}

	/**
	 * What applications do in the same time.
	 */
	private static List<Rest> rest(List<IdleApplication> applications, int seconds) throws InterruptedException {
		List<Used> before = applications.stream().map(IdleApplication::used).toList();
		long start = System.nanoTime();
		TimeUnit.SECONDS.sleep(seconds);
		Duration time = Duration.ofNanos(System.nanoTime() - start);
		List<Rest> rests = new ArrayList<>();
		for (int index = 0; index < applications.size(); index++) {
			rests.add(applications.get(index).used().since(before.get(index), time));
		}
		return rests;
	}

	/**
	 * An application with a server of its own.
	 */
	static final class IdleApplication implements AutoCloseable {

		private final BenchmarkServer server;

		private final CommandMonitor monitor;

		private final JavaProcess process;

		IdleApplication(Kind kind, String... properties) throws IOException {
			this.server = new BenchmarkServer();
			try {
				this.monitor = new CommandMonitor(this.server.port());
				this.process = start(kind, properties);
			}
			catch (IOException | RuntimeException | Error ex) {
				// with it ends the monitor, too
				this.server.close();
				throw ex;
			}
		}

		private JavaProcess start(Kind kind, String... properties) throws IOException {
			List<String> arguments = new ArrayList<>(List.of(kind.name(),
					"--spring.data.redis.port=" + this.server.port(), "--kv.events.namespace=idle"));
			arguments.addAll(List.of(properties));
			return JavaProcess.start(IDLE_OPTIONS, JavaProcess.classpath("redisson"), SmallApplication.class,
					arguments);
		}

		void awaitReady() throws InterruptedException {
			this.process.awaitLine(PATIENCE);
		}

		/**
		 * What it has used since it started.
		 */
		Used used() {
			return new Used(this.monitor.commands(), this.process.cpu());
		}

		@Override
		public void close() throws IOException {
			this.process.close();
			this.monitor.close();
			this.server.close();
		}

	}

	/**
	 * What an application has used.
	 *
	 * @param commands how many it has sent
	 * @param cpu the CPU time that it has taken
	 */
	private record Used(long commands, Duration cpu) {

		Rest since(Used before, Duration time) {
			double seconds = time.toNanos() / 1e9;
			return new Rest((this.commands - before.commands) / seconds,
					this.cpu.minus(before.cpu).toNanos() / 1e7 / seconds);
		}

	}

	/**
	 * What an application does that has nothing to do.
	 *
	 * @param commands the commands that it sends in a second
	 * @param cpuPercent the share of a core that it takes
	 */
	private record Rest(double commands, double cpuPercent) {

	}

}
