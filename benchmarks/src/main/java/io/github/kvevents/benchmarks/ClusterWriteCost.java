package io.github.kvevents.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import org.springframework.context.support.GenericApplicationContext;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.benchmarks.fixture.Parallel;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * What a tracked and logged write costs in a Redis Cluster against one server, and with
 * more partitions: time, and the CPU of all servers together. All sides take turns in
 * each round, so that whatever else the machine does strikes all of them.
 * <p>
 * What the servers use while nobody writes (their timers, the cluster bus, sweeps and
 * reads of the instances) is measured before and taken off: it doesn't depend on the
 * writes. More primaries are compared at the same load of each, too: a server with fewer
 * clients finds fewer commands at each turn of its loop, whatever a command costs. And
 * they are compared with one of them written to at a time: three servers that are busy
 * together on the two processors of one machine take turns there, and find caches cold
 * that each would have to itself on a machine of its own. Partitions are compared on the
 * same number of servers.
 * <p>
 * All keys are written before, and the change log has what it keeps, shared by its
 * partitions: otherwise sixteen logs would still grow while one is cut already.
 * <p>
 * Arguments: {@code --rounds 15} of {@code --millis 400} for each side,
 * {@code --keys 100000}, and {@code --entries 100000} that the change log keeps of all
 * partitions together.
 */
public final class ClusterWriteCost {

	private static final SetOptions OPTIONS = SetOptions.defaults().timeToLive(Duration.ofHours(1));

	private static final int BATCH = 1000;

	private final int rounds;

	private final long roundNanos;

	private final int keys;

	private final int entries;

	private ClusterWriteCost(String[] args) {
		this.rounds = option(args, "--rounds", 15);
		this.roundNanos = TimeUnit.MILLISECONDS.toNanos(option(args, "--millis", 400));
		this.keys = option(args, "--keys", 100_000);
		this.entries = option(args, "--entries", 100_000);
	}

	private static int option(String[] args, String name, int otherwise) {
		int index = Arrays.asList(args).indexOf(name);
		return (index >= 0) ? Integer.parseInt(args[index + 1]) : otherwise;
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the servers can't be started or a write fails
	 */
	public static void main(String[] args) throws Exception {
		ClusterWriteCost benchmark = new ClusterWriteCost(args);
		int entries = benchmark.entries;
		try (BenchmarkCluster single = BenchmarkCluster.single();
				BenchmarkCluster one = BenchmarkCluster.start(1);
				BenchmarkCluster three = BenchmarkCluster.start(3);
				Side plain = new Side("one server, P = 1", single, new Namespace("cost1", 1), entries);
				Side plain16 = new Side("one server, P = 16", single, new Namespace("cost16", 16), entries);
				Side one1 = new Side("cluster of 1, P = 1", one, Namespace.tagged("cost1", 1), entries);
				Side one16 = new Side("cluster of 1, P = 16", one, Namespace.tagged("cost16", 16), entries);
				Side three16 = new Side("cluster of 3, P = 16", three, Namespace.tagged("cost16", 16), entries)) {
			Comparison primaries = new Comparison("1 to 3 primaries", one16, three16);
			List<Comparison> cpu = List.of(primaries, new Comparison("1 to 16 partitions, one server", plain, plain16),
					new Comparison("1 to 16 partitions, cluster", one1, one16));
			List<Comparison> time = List.of(new Comparison("cluster against one server", plain, three16));
			List<Side> sides = List.of(plain, plain16, one1, one16, three16);
			sides.forEach(benchmark::fill);
			for (BenchmarkCluster servers : List.of(single, one, three)) {
				System.out.println("Quiet: %.2f ms/s".formatted(servers.measureQuiet() / 1e3));
			}
			for (int threads : new int[] { 1, 8 }) {
				Result result = benchmark.run(sides, (side, round) -> benchmark.writes(side, threads));
				System.out.println("%n`set` with %d thread(s)".formatted(threads));
				result.print();
				result.print("p50 of a write", time, Round::p50);
				result.print("CPU of the servers", cpu, Round::cpuMicros);
				result.print("time in scripts", cpu, Round::scriptMicros);
				result = benchmark.run(List.of(one16, three16),
						(side, round) -> benchmark.writes(side, threads * side.servers.size()));
				System.out.println("%n`set` with %d thread(s) for each primary".formatted(threads));
				result.print();
				result.print("CPU of the servers", List.of(primaries), Round::cpuMicros);
				result.print("time in scripts", List.of(primaries), Round::scriptMicros);
				result = benchmark.run(List.of(one16, three16),
						(side, round) -> benchmark.writes(side, threads, round));
				System.out.println("%n`set` with %d thread(s), one primary at a time".formatted(threads));
				result.print();
				result.print("CPU of the servers", List.of(primaries), Round::cpuMicros);
				result.print("time in scripts", List.of(primaries), Round::scriptMicros);
			}
			Result result = benchmark.run(sides, (side, round) -> benchmark.batches(side));
			System.out.println("%n`batchSet` of %,d keys".formatted(BATCH));
			result.print();
			result.print("p50 of a batch", time, Round::p50);
			result.print("CPU of the servers", cpu, Round::cpuMicros);
			result.print("time in scripts", cpu, Round::scriptMicros);
		}
	}

	/**
	 * Writes all keys, and so often that the change log is cut.
	 */
	private void fill(Side side) {
		for (int written = 0; written < Math.max(this.keys, 1.2 * this.entries); written += BATCH) {
			Map<String, Object> values = new HashMap<>();
			for (int number = 0; number < BATCH; number++) {
				values.put(key((written + number) % this.keys), value());
			}
			side.writeAll(values);
		}
	}

	private Result run(List<Side> sides, Measurement measurement) throws InterruptedException {
		Map<Side, List<Round>> rounds = new LinkedHashMap<>();
		sides.forEach((side) -> rounds.put(side, new ArrayList<>()));
		for (int number = -3; number < this.rounds; number++) {
			for (int turn = 0; turn < sides.size(); turn++) {
				Side side = sides.get(Math.floorMod(turn + number, sides.size()));
				Round round = measurement.measure(side, number);
				if (number >= 0) {
					Objects.requireNonNull(rounds.get(side)).add(round);
				}
			}
		}
		return new Result(rounds);
	}

	private Round writes(Side side, int threads) throws InterruptedException {
		return writes(side, threads, this::randomKey);
	}

	private Round writes(Side side, int threads, int round) throws InterruptedException {
		int primary = Math.floorMod(round, side.servers.size());
		return writes(side, threads, () -> randomKey(side, primary));
	}

	private Round writes(Side side, int threads, Supplier<String> keys) throws InterruptedException {
		ConcurrentLinkedQueue<long[]> taken = new ConcurrentLinkedQueue<>();
		Before before = new Before(side.servers);
		Parallel.run(threads, threads, (thread) -> taken.add(time(() -> side.write(keys.get()))));
		return before.round(taken.stream().flatMapToLong(Arrays::stream).sorted().toArray());
	}

	private Round batches(Side side) {
		Before before = new Before(side.servers);
		return before.round(Arrays.stream(time(() -> side.writeAll(randomKeys()))).sorted().toArray());
	}

	private String randomKey() {
		return key(ThreadLocalRandom.current().nextInt(this.keys));
	}

	/**
	 * Another value each time: for one that is there already a write looks into the log.
	 */
	private static byte[] value() {
		byte[] value = new byte[100];
		ThreadLocalRandom.current().nextBytes(value);
		return value;
	}

	private static String key(int number) {
		return "cost:" + (1_000_000 + number);
	}

	private String randomKey(Side side, int primary) {
		String key = randomKey();
		while (side.primaryOf(key) != primary) {
			key = randomKey();
		}
		return key;
	}

	private Map<String, Object> randomKeys() {
		Map<String, Object> keys = new HashMap<>();
		while (keys.size() < BATCH) {
			keys.put(randomKey(), value());
		}
		return keys;
	}

	private long[] time(Runnable work) {
		long[] taken = new long[1 << 12];
		int count = 0;
		long before = System.nanoTime();
		long end = before + this.roundNanos;
		while (before < end) {
			work.run();
			long after = System.nanoTime();
			taken = (count < taken.length) ? taken : Arrays.copyOf(taken, 2 * count);
			taken[count++] = after - before;
			before = after;
		}
		return Arrays.copyOf(taken, count);
	}

	/**
	 * Measures a side once.
	 */
	private interface Measurement {

		Round measure(Side side, int round) throws InterruptedException;

	}

	/**
	 * What servers had used before a round.
	 */
	private static final class Before {

		private final BenchmarkCluster servers;

		private final double cpu;

		private final double scripts;

		private final double calls;

		private final double reads;

		private final long start = System.nanoTime();

		Before(BenchmarkCluster servers) {
			this.servers = servers;
			this.scripts = servers.scriptMicros();
			this.calls = servers.scriptCalls();
			this.reads = servers.socketReads();
			this.cpu = servers.cpuMicros();
		}

		/**
		 * The round that ends now.
		 * @param taken how long each call took, in nanoseconds, sorted
		 */
		Round round(long[] taken) {
			double quiet = this.servers.quietMicros() * (System.nanoTime() - this.start) / 1e9;
			double cpu = this.servers.cpuMicros() - this.cpu - quiet;
			return new Round(taken[taken.length / 2] / 1e3, cpu / taken.length,
					(this.servers.scriptMicros() - this.scripts) / taken.length,
					(this.servers.scriptCalls() - this.calls) / taken.length,
					(this.servers.socketReads() - this.reads) / taken.length);
		}

	}

	/**
	 * A template with its servers, put together as an application's is.
	 */
	private static final class Side implements AutoCloseable {

		private final String name;

		private final BenchmarkCluster servers;

		private final Namespace namespace;

		private final RedisLink link;

		private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

		private final ExpiryTracker tracker;

		private final KvTemplate template;

		Side(String name, BenchmarkCluster servers, Namespace namespace, int entries) {
			this.name = name;
			this.servers = servers;
			this.namespace = namespace;
			this.link = new RedisLink(servers.connectionFactory());
			this.link.start();
			// as in an application that has started: while it starts nothing waits for
			// Redis longer than two seconds
			GenericApplicationContext application = new GenericApplicationContext();
			application.registerBean(RedisLink.class, () -> this.link);
			application.refresh();
			PlainKvCodec codec = new PlainKvCodec();
			ChangeLogSettings log = new ChangeLogSettings(namespace, "0a4b7e8c-one", entries / namespace.partitions(),
					Duration.ofHours(24));
			this.tracker = ExpiryTracker
				.builder(this.link.connectionFactory(), namespace, this.engine.getDispatcher(), codec)
				.log(log)
				.build();
			this.template = KvTemplate
				.builder(new RedisKvStore(this.link.connectionFactory(), KeyNames.plain(), this.tracker, log), codec)
				.dispatcher(this.engine.getDispatcher())
				.guards(this.engine.getGuards())
				.build();
			this.engine.getRegistry()
				.register(KvHookOptions.defaults().events(KvEventType.EXPIRED).filter(KeyFilter.prefix("none:")),
						(event) -> {
						});
			this.engine.start();
			this.tracker.start();
		}

		int primaryOf(String key) {
			return this.servers.primaryOf(this.namespace.tag(this.namespace.partitionOf(key)));
		}

		void write(String key) {
			this.template.setRaw(key, value(), OPTIONS);
		}

		void writeAll(Map<String, Object> values) {
			this.template.batchSet(values, OPTIONS);
		}

		@Override
		public void close() {
			this.tracker.stop();
			this.engine.stop();
			this.link.stop();
			this.link.destroy();
		}

	}

	/**
	 * One side, some time: microseconds, scripts and reads of sockets for each call.
	 */
	private record Round(double p50, double cpuMicros, double scriptMicros, double scripts, double reads) {

	}

	/**
	 * Two sides, of which the second is to cost not much more.
	 */
	private record Comparison(String what, Side one, Side other) {

	}

	/**
	 * The rounds of all sides.
	 */
	private record Result(Map<Side, List<Round>> rounds) {

		void print() {
			System.out.println("| | p50 µs | CPU of the servers µs | in scripts µs | scripts | reads of sockets |");
			System.out.println("|---|---:|---:|---:|---:|---:|");
			this.rounds.forEach((side,
					measured) -> System.out.println(String.format(Locale.ROOT,
							"| %s | %,.1f | %,.1f | %,.1f | %,.2f | %,.2f |", side.name, median(measured, Round::p50),
							median(measured, Round::cpuMicros), median(measured, Round::scriptMicros),
							median(measured, Round::scripts), median(measured, Round::reads))));
		}

		/**
		 * How many times as much the other side is, the median of the rounds.
		 */
		void print(String figureName, List<Comparison> comparisons, ToDoubleFunction<Round> figure) {
			for (Comparison comparison : comparisons) {
				List<Round> ones = Objects.requireNonNull(this.rounds.get(comparison.one()));
				List<Round> others = Objects.requireNonNull(this.rounds.get(comparison.other()));
				double[] ratios = new double[ones.size()];
				for (int index = 0; index < ratios.length; index++) {
					ratios[index] = figure.applyAsDouble(others.get(index)) / figure.applyAsDouble(ones.get(index));
				}
				Arrays.sort(ratios);
				System.out
					.println(String.format(Locale.ROOT, "%s, %s: %.3f (%.3f to %.3f)", figureName, comparison.what(),
							ratios[ratios.length / 2], ratios[ratios.length / 4], ratios[ratios.length * 3 / 4]));
			}
		}

		private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
			double[] figures = rounds.stream().mapToDouble(figure).sorted().toArray();
			return figures[figures.length / 2];
		}

	}

}
