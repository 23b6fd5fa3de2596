package io.github.kvevents.idle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What applications cost that have nothing to do: the commands that they send, the lines
 * that they log, and the CPU time of their processes beyond that of the same application
 * without kv-events, which runs at the same time. All of it is reported.
 * <p>
 * How much CPU time a command takes differs by ten times between machines, and on one of
 * them with what else runs there. So a third application sends as many commands a second
 * as are permitted, with nothing but the driver. On a machine where that takes more than
 * the permitted share, kv-events may take as much.
 */
@Timeout(900)
class IdleCostTests {

	private static final Duration WINDOW = Duration.ofSeconds(10);

	private static final Duration SETTLING_WINDOW = Duration.ofSeconds(5);

	/**
	 * Commands and log lines must be few in each of them.
	 */
	private static final int WINDOWS = 2;

	/**
	 * CPU time must be low in one of as many, since what else runs on the machine only
	 * adds to it.
	 */
	private static final int MAX_WINDOWS = 8;

	private static final double CPU_SHARE = 0.01;

	private static final int ONE_INSTANCE = 12;

	private static final int FURTHER_INSTANCE = 6;

	/**
	 * A process that has just started loads classes for a while. It has settled when a
	 * window takes no less CPU time than the one before by more than this.
	 */
	private static final double SETTLED = 0.002;

	private static final int MAX_SETTLING = 5;

	private static final Pattern STATED_THREADS = Pattern.compile("    threads +up to (\\d+), .*");

	private static final String NAME = "spring.application.name=idle";

	private static final String LOG = "kv.events.log.enabled=true";

	private final List<IdleProcess> processes = new ArrayList<>();

	private TestRedis otherRedis;

	private IdleProcess without;

	private IdleProcess plain;

	private TestReporter reporter;

	@BeforeEach
	void startOthers(TestReporter reporter) {
		this.reporter = reporter;
		this.otherRedis = TestRedis.start();
		this.without = IdleProcess.start(properties(this.otherRedis, NAME, "kv.events.enabled=false"));
		this.plain = IdleProcess.start(properties(this.otherRedis, NAME, "kv.events.enabled=false",
				IdleApplication.COMMANDS_PER_SECOND + "=" + ONE_INSTANCE));
	}

	@AfterEach
	void stop() {
		this.processes.forEach(IdleProcess::close);
		this.plain.close();
		this.without.close();
		this.otherRedis.close();
	}

	@Test
	void instancesWithEverythingSendFewCommandsAndUseNoCpu() throws Exception {
		try (TestRedis redis = TestRedis.start(); CommandMonitor monitor = new CommandMonitor(redis.getPort())) {
			start(redis, NAME, LOG);
			double one = mean(assertIdle("everything, alone", monitor, ONE_INSTANCE));
			start(redis, NAME, LOG);
			double two = mean(assertIdle("everything, two instances", monitor, ONE_INSTANCE + FURTHER_INSTANCE));
			start(redis, NAME, LOG);
			double three = mean(
					assertIdle("everything, three instances", monitor, ONE_INSTANCE + 2 * FURTHER_INSTANCE));
			assertThat(List.of(two - one, (three - one) / 2)).as("commands a second of each further instance")
				.allMatch((further) -> further <= FURTHER_INSTANCE);
		}
	}

	@Test
	void anInstanceWithoutListenersSendsEvenFewer() throws Exception {
		try (TestRedis redis = TestRedis.start(); CommandMonitor monitor = new CommandMonitor(redis.getPort())) {
			start(redis, NAME);
			assertIdle("tracked expiries alone", monitor, 4);
		}
	}

	@Test
	void anApplicationInMemoryUsesNoCpu() throws Exception {
		this.processes.add(IdleProcess
			.start(List.of(NAME, LOG, "management.health.redis.enabled=false", "kv.events.store=memory")));
		assertIdle("in memory", null, 0);
	}

	private void start(TestRedis redis, String... properties) {
		this.processes.add(IdleProcess.start(properties(redis, properties)));
	}

	private static List<String> properties(TestRedis redis, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("spring.data.redis.host=127.0.0.1");
		all.add("spring.data.redis.port=" + redis.getPort());
		return all;
	}

	private List<Rest> assertIdle(String what, CommandMonitor monitor, double perSecond) throws Exception {
		settle(monitor);
		List<Rest> rests = new ArrayList<>();
		while (rests.size() < WINDOWS || (rests.size() < MAX_WINDOWS && rests.stream().noneMatch(Rest::usesNoCpu))) {
			Rest rest = measure(monitor, WINDOW);
			this.reporter.publishEntry(what, rest.toString());
			rests.add(rest);
		}
		assertThat(rests).allSatisfy((rest) -> {
			assertThat(rest.perSecond()).isLessThanOrEqualTo(perSecond);
			assertThat(rest.logLines()).as(() -> logged().toString()).isZero();
			assertThat(rest.threads()).isPositive().isLessThanOrEqualTo(statedThreads());
		});
		assertThat(rests).as("in one of them no more CPU time than is permitted").anyMatch(Rest::usesNoCpu);
		return rests;
	}

	private static double mean(List<Rest> rests) {
		return rests.stream().mapToDouble(Rest::perSecond).average().orElseThrow();
	}

	/**
	 * How many threads the first process said at its start that it will have at most.
	 */
	private int statedThreads() {
		return this.processes.get(0)
			.logged()
			.stream()
			.map(STATED_THREADS::matcher)
			.filter(Matcher::matches)
			.map((line) -> Integer.parseInt(line.group(1)))
			.findFirst()
			.orElseThrow();
	}

	private List<String> logged() {
		return this.processes.stream().flatMap((process) -> process.logged().stream()).toList();
	}

	private void settle(CommandMonitor monitor) throws Exception {
		Rest before = measure(monitor, SETTLING_WINDOW);
		for (int window = 1; window < MAX_SETTLING; window++) {
			Rest rest = measure(monitor, SETTLING_WINDOW);
			if (before.cpuShare() - rest.cpuShare() < SETTLED && before.without() - rest.without() < SETTLED
					&& before.plain() - rest.plain() < SETTLED) {
				return;
			}
			before = rest;
		}
	}

	private Rest measure(CommandMonitor monitor, Duration window) throws Exception {
		IdleProcess.Usage withoutBefore = this.without.usage();
		IdleProcess.Usage plainBefore = this.plain.usage();
		List<IdleProcess.Usage> before = usages();
		if (monitor != null) {
			monitor.reset();
		}
		long start = System.nanoTime();
		await().pollDelay(window).timeout(window.multipliedBy(3)).until(() -> true);
		Map<String, Integer> commands = (monitor != null) ? monitor.counts() : Map.of();
		double nanos = System.nanoTime() - start;
		List<IdleProcess.Usage> after = usages();
		double share = 0;
		int logLines = 0;
		for (int index = 0; index < before.size(); index++) {
			share = Math.max(share, (after.get(index).cpuNanos() - before.get(index).cpuNanos()) / nanos);
			logLines += after.get(index).logLines() - before.get(index).logLines();
		}
		double without = (this.without.usage().cpuNanos() - withoutBefore.cpuNanos()) / nanos;
		double plain = (this.plain.usage().cpuNanos() - plainBefore.cpuNanos()) / nanos;
		double perSecond = commands.values().stream().mapToInt(Integer::intValue).sum() * TimeUnit.SECONDS.toNanos(1)
				/ nanos;
		return new Rest(perSecond, share, without, plain, after.get(0).threads(), logLines, commands);
	}

	private List<IdleProcess.Usage> usages() throws Exception {
		List<IdleProcess.Usage> usages = new ArrayList<>();
		for (IdleProcess process : this.processes) {
			usages.add(process.usage());
		}
		return usages;
	}

	/**
	 * What was measured in a window.
	 *
	 * @param perSecond how many commands came in a second
	 * @param cpuShare the share of a core that the busiest process took
	 * @param without the share that the process without kv-events took
	 * @param plain the share of the process that sends plain commands
	 * @param threads how many threads of ours the first process has
	 * @param logLines how many lines all processes logged
	 * @param commands how often each came
	 */
	private record Rest(double perSecond, double cpuShare, double without, double plain, int threads, int logLines,
			Map<String, Integer> commands) {

		/**
		 * Whether kv-events took no more than it may. CPU time is counted in steps of 10
		 * ms, so both are often equal.
		 */
		boolean usesNoCpu() {
			double added = this.cpuShare - this.without;
			return added <= Math.max(CPU_SHARE, this.plain - this.without);
		}

	}

}
