package io.github.kvevents.benchmarks.rows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

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
		long millis = scale.pick(6_000, 20_000);
		try (BenchmarkServer server = new BenchmarkServer()) {
			double without = idle(server, millis, "--kv.events.enabled=false").cpuPercent();
			Rest tracking = idle(server, millis, "--kv.events.namespace=tracking");
			Rest everything = idle(server, millis, "--kv.events.namespace=everything", "--kv.events.log.enabled=true");
			results.figure("tracking-commands", "an EXPIRED hook: commands", "commands/s",
					List.of(tracking.commands()));
			results.figure("tracking-cpu", "an EXPIRED hook: CPU of a core, beyond that without", "%",
					List.of(Math.max(0, tracking.cpuPercent() - without)));
			results.figure("everything-commands", "hook, change log and a durable listener: commands", "commands/s",
					List.of(everything.commands()));
			results.figure("everything-cpu", "hook, change log and a durable listener: CPU, beyond that without", "%",
					List.of(Math.max(0, everything.cpuPercent() - without)));
		}
	}

	private static Rest idle(BenchmarkServer server, long millis, String... properties) throws Exception {
		boolean enabled = !properties[0].endsWith("=false");
		boolean log = properties.length > 1;
		Kind kind = log ? Kind.EVERYTHING : enabled ? Kind.EXPIRY : Kind.WITHOUT;
		List<String> arguments = new ArrayList<>(List.of(kind.name(), "--spring.data.redis.port=" + server.port()));
		arguments.addAll(List.of(properties));
		try (JavaProcess process = JavaProcess.start(IDLE_OPTIONS, JavaProcess.classpath("redisson"),
				SmallApplication.class, arguments); CommandMonitor monitor = new CommandMonitor(server.port())) {
			process.awaitLine(PATIENCE);
			// a process that has just started loads classes for a while
			monitor.perSecond(millis);
			Duration before = process.cpu();
			double commands = monitor.perSecond(millis);
			return new Rest(commands, process.cpu().minus(before).toNanos() / 1e4 / millis);
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
