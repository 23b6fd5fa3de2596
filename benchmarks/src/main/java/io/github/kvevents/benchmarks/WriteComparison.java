package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Two ways to write, in rounds that alternate, so that whatever else the machine does
 * strikes both.
 * <p>
 * Arguments: {@code --rounds 15} of {@code --millis 1000} each, {@code --keys 100000}.
 */
final class WriteComparison {

	private final BenchmarkServer server;

	private final LettuceConnectionFactory connectionFactory;

	private final int rounds;

	private final long roundNanos;

	private final int keys;

	WriteComparison(BenchmarkServer server, String[] args) {
		this.server = server;
		this.connectionFactory = server.connectionFactory();
		this.rounds = option(args, "--rounds", 15);
		this.roundNanos = TimeUnit.MILLISECONDS.toNanos(option(args, "--millis", 1000));
		this.keys = option(args, "--keys", 100_000);
	}

	LettuceConnectionFactory connectionFactory() {
		return this.connectionFactory;
	}

	int keys() {
		return this.keys;
	}

	/**
	 * Writes with one thread and with eight in both ways, and prints a table.
	 */
	void print(String nameOfOne, Side one, String nameOfTwo, Side two) throws InterruptedException {
		System.out.println("| threads | | %s | %s | ratio |".formatted(nameOfOne, nameOfTwo));
		System.out.println("|---:|---|---:|---:|---:|");
		for (int threads : new int[] { 1, 8 }) {
			Result result = run(threads, one, two);
			line(threads, "p50 µs", result, Round::p50);
			line(threads, "mean µs", result, Round::mean);
			line(threads, "writes/s", result, Round::perSecond);
			line(threads, "server CPU µs", result, Round::cpuMicros);
		}
	}

	private static void line(int threads, String what, Result result, ToDoubleFunction<Round> figure) {
		System.out.println(String.format(Locale.ROOT, "| %d | %s | %,.1f | %,.1f | %.3f |", threads, what,
				result.one(figure), result.two(figure), result.ratio(figure)));
	}

	private Result run(int threads, Side one, Side two) throws InterruptedException {
		List<Round> ones = new ArrayList<>();
		List<Round> twos = new ArrayList<>();
		int warmUp = this.rounds / 5 + 2;
		for (int number = -warmUp; number < this.rounds; number++) {
			boolean oneFirst = number % 2 == 0;
			Round first = round(threads, oneFirst ? one : two);
			Round second = round(threads, oneFirst ? two : one);
			if (number >= 0) {
				ones.add(oneFirst ? first : second);
				twos.add(oneFirst ? second : first);
			}
		}
		return new Result(ones, twos);
	}

	private Round round(int threads, Side side) throws InterruptedException {
		ConcurrentLinkedQueue<long[]> taken = new ConcurrentLinkedQueue<>();
		double cpuBefore = cpuSeconds();
		long start = System.nanoTime();
		Parallel.run(threads, threads, (thread) -> taken.add(write(side, start + this.roundNanos)));
		double seconds = (System.nanoTime() - start) / 1e9;
		double cpu = cpuSeconds() - cpuBefore;
		long[] all = taken.stream().flatMapToLong(Arrays::stream).sorted().toArray();
		return new Round(all.length / seconds, all[all.length / 2] / 1e3,
				Arrays.stream(all).average().orElseThrow() / 1e3, cpu * 1e6 / all.length);
	}

	private long[] write(Side side, long end) {
		long[] taken = new long[1 << 12];
		int count = 0;
		long before = System.nanoTime();
		while (before < end) {
			side.write(ThreadLocalRandom.current().nextInt(this.keys));
			long after = System.nanoTime();
			taken = (count < taken.length) ? taken : Arrays.copyOf(taken, 2 * count);
			taken[count++] = after - before;
			before = after;
		}
		return Arrays.copyOf(taken, count);
	}

	private double cpuSeconds() {
		return this.server.info(this.connectionFactory, "cpu", "used_cpu_user")
				+ this.server.info(this.connectionFactory, "cpu", "used_cpu_sys");
	}

	double usedMemory() {
		return this.server.info(this.connectionFactory, "memory", "used_memory");
	}

	private static int option(String[] args, String name, int otherwise) {
		int index = Arrays.asList(args).indexOf(name);
		return (index >= 0) ? Integer.parseInt(args[index + 1]) : otherwise;
	}

	/**
	 * What is written and how.
	 */
	record Side(String prefix, Consumer<String> writes) {

		void write(int index) {
			this.writes.accept(this.prefix + (1_000_000 + index));
		}

	}

	/**
	 * The rounds of both, in pairs.
	 */
	private record Result(List<Round> ones, List<Round> twos) {

		double one(ToDoubleFunction<Round> figure) {
			return median(this.ones.stream().mapToDouble(figure).toArray());
		}

		double two(ToDoubleFunction<Round> figure) {
			return median(this.twos.stream().mapToDouble(figure).toArray());
		}

		/**
		 * How many times as much the second is, the median of the pairs.
		 */
		double ratio(ToDoubleFunction<Round> figure) {
			double[] ratios = new double[this.ones.size()];
			for (int index = 0; index < ratios.length; index++) {
				ratios[index] = figure.applyAsDouble(this.twos.get(index)) / figure.applyAsDouble(this.ones.get(index));
			}
			return median(ratios);
		}

		private static double median(double[] figures) {
			Arrays.sort(figures);
			return figures[figures.length / 2];
		}

	}

	/**
	 * One way, some time. Times in microseconds.
	 */
	private record Round(double perSecond, double p50, double mean, double cpuMicros) {

	}

}
