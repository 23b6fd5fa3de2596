package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.kvevents.benchmarks.ClusterWriteRounds.Comparison;
import io.github.kvevents.benchmarks.ClusterWriteRounds.Round;
import io.github.kvevents.benchmarks.fixture.Parallel;
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
 * that each would have to itself on a machine of its own. How long a {@code SET … PX} of
 * the driver takes in the same order of servers shows how much of the difference is that.
 * Partitions are compared on the same number of servers.
 * <p>
 * All keys are written before, and the change log has what it keeps, shared by its
 * partitions: otherwise sixteen logs would still grow while one is cut already.
 * <p>
 * Arguments: {@code --rounds 15} of {@code --millis 400} for each side,
 * {@code --keys 100000}, and {@code --entries 100000} that the change log keeps of all
 * partitions together.
 */
public final class ClusterWriteCost {

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
				ClusterWriter plain = ClusterWriter.tracked("one server, P = 1", single, new Namespace("cost1", 1),
						entries);
				ClusterWriter plain16 = ClusterWriter.tracked("one server, P = 16", single, new Namespace("cost16", 16),
						entries);
				ClusterWriter one1 = ClusterWriter.tracked("cluster of 1, P = 1", one, Namespace.tagged("cost1", 1),
						entries);
				ClusterWriter one16 = ClusterWriter.tracked("cluster of 1, P = 16", one, Namespace.tagged("cost16", 16),
						entries);
				ClusterWriter three16 = ClusterWriter.tracked("cluster of 3, P = 16", three,
						Namespace.tagged("cost16", 16), entries);
				ClusterWriter bare = ClusterWriter.bare("one server, `SET … PX`", single);
				ClusterWriter bare3 = ClusterWriter.bare("cluster of 3, `SET … PX`", three)) {
			Comparison primaries = new Comparison("1 to 3 primaries", one16, three16);
			List<Comparison> cpu = List.of(primaries, new Comparison("1 to 16 partitions, one server", plain, plain16),
					new Comparison("1 to 16 partitions, cluster", one1, one16));
			List<Comparison> time = List.of(new Comparison("cluster against one server", plain, three16));
			List<Comparison> times = List.of(time.get(0), new Comparison("the same of `SET … PX`", bare, bare3));
			List<ClusterWriter> sides = List.of(plain, plain16, one1, one16, three16);
			List<ClusterWriter> all = List.of(plain, plain16, one1, one16, three16, bare, bare3);
			all.forEach(benchmark::fill);
			for (BenchmarkCluster servers : List.of(single, one, three)) {
				System.out.println("Quiet: %.2f ms/s".formatted(servers.measureQuiet() / 1e3));
			}
			for (int threads : new int[] { 1, 8 }) {
				ClusterWriteRounds result = benchmark.run(all, (side, round) -> benchmark.writes(side, threads));
				System.out.println("%n`set` with %d thread(s)".formatted(threads));
				result.print();
				result.print("p50 of a write", times, Round::p50);
				result.print("CPU of the servers", cpu, Round::cpuMicros);
				result.print("time in scripts", cpu, Round::scriptMicros);
				result = benchmark.run(List.of(one16, three16),
						(side, round) -> benchmark.writes(side, threads * side.servers().size()));
				System.out.println("%n`set` with %d thread(s) for each primary".formatted(threads));
				result.print();
				result.print("CPU of the servers", List.of(primaries), Round::cpuMicros);
				result.print("time in scripts", List.of(primaries), Round::scriptMicros);
				result = benchmark.run(List.of(plain, one16, three16, bare, bare3),
						(side, round) -> benchmark.writes(side, threads, round));
				System.out.println("%n`set` with %d thread(s), one primary at a time".formatted(threads));
				result.print();
				result.print("p50 of a write", times, Round::p50);
				result.print("CPU of the servers", List.of(primaries), Round::cpuMicros);
				result.print("time in scripts", List.of(primaries), Round::scriptMicros);
			}
			ClusterWriteRounds result = benchmark.run(sides, (side, round) -> benchmark.batches(side));
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
	private void fill(ClusterWriter side) {
		for (int written = 0; written < Math.max(this.keys, 1.2 * this.entries); written += BATCH) {
			Map<String, Object> values = new HashMap<>();
			for (int number = 0; number < BATCH; number++) {
				values.put(key((written + number) % this.keys), ClusterWriter.value());
			}
			side.writeAll(values);
		}
	}

	private ClusterWriteRounds run(List<ClusterWriter> sides, Measurement measurement) throws InterruptedException {
		Map<ClusterWriter, List<Round>> rounds = new LinkedHashMap<>();
		sides.forEach((side) -> rounds.put(side, new ArrayList<>()));
		for (int number = -3; number < this.rounds; number++) {
			for (int turn = 0; turn < sides.size(); turn++) {
				ClusterWriter side = sides.get(Math.floorMod(turn + number, sides.size()));
				Round round = measurement.measure(side, number);
				if (number >= 0) {
					Objects.requireNonNull(rounds.get(side)).add(round);
				}
			}
		}
		return new ClusterWriteRounds(rounds);
	}

	private Round writes(ClusterWriter side, int threads) throws InterruptedException {
		return writes(side, threads, this::randomKey);
	}

	private Round writes(ClusterWriter side, int threads, int round) throws InterruptedException {
		int primary = Math.floorMod(round, side.servers().size());
		return writes(side, threads, () -> randomKey(side, primary));
	}

	private Round writes(ClusterWriter side, int threads, Supplier<String> keys) throws InterruptedException {
		ConcurrentLinkedQueue<long[]> taken = new ConcurrentLinkedQueue<>();
		Before before = new Before(side.servers());
		Parallel.run(threads, threads, (thread) -> taken.add(time(() -> side.write(keys.get()))));
		return before.round(taken.stream().flatMapToLong(Arrays::stream).sorted().toArray());
	}

	private Round batches(ClusterWriter side) {
		Before before = new Before(side.servers());
		return before.round(Arrays.stream(time(() -> side.writeAll(randomKeys()))).sorted().toArray());
	}

	private String randomKey() {
		return key(ThreadLocalRandom.current().nextInt(this.keys));
	}

	private static String key(int number) {
		return "cost:" + (1_000_000 + number);
	}

	private String randomKey(ClusterWriter side, int primary) {
		String key = randomKey();
		while (side.primaryOf(key) != primary) {
			key = randomKey();
		}
		return key;
	}

	private Map<String, Object> randomKeys() {
		Map<String, Object> keys = new HashMap<>();
		while (keys.size() < BATCH) {
			keys.put(randomKey(), ClusterWriter.value());
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

		Round measure(ClusterWriter side, int round) throws InterruptedException;

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

}
