package io.github.kvevents.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.HdrHistogram.Histogram;

import io.github.kvevents.benchmarks.measure.Metric.Round;
import io.github.kvevents.benchmarks.measure.ServerMeter.CommandTime;

/**
 * Runs sides in turn, in rounds, on threads that stay: what one operation takes, and what
 * it costs this process and the server.
 */
public final class Load implements AutoCloseable {

	private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

	private static final OperatingSystemMXBean PROCESS = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	private final ServerMeter server;

	private final Scale scale;

	private final ExecutorService executor;

	private final List<Histogram> histograms = new ArrayList<>();

	public Load(ServerMeter server, Scale scale, int threads) {
		this.server = server;
		this.scale = scale;
		this.executor = Executors.newFixedThreadPool(threads);
		for (int thread = 0; thread < threads; thread++) {
			this.histograms.add(new Histogram(TimeUnit.MINUTES.toNanos(5), 3));
		}
	}

	/**
	 * Measures sides beside each other.
	 */
	public Comparison run(Side... sides) throws Exception {
		// the compiler needs calls, whatever time they take
		for (Side side : sides) {
			work(side, new Histogram(3),
					System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2L * this.scale.roundMillis()));
		}
		Map<String, Callable<Round>> rounds = new LinkedHashMap<>();
		Arrays.stream(sides).forEach((side) -> rounds.put(side.name(), () -> round(side, this.scale.roundMillis())));
		return new Comparison(Alternating.run(this.scale.warmUps(), this.scale.rounds(), rounds));
	}

	private Round round(Side side, int millis) throws Exception {
		double serverBefore = this.server.cpuMicros();
		CommandTime commandsBefore = this.server.commandTime();
		long allocatedBefore = allocated();
		long clientBefore = PROCESS.getProcessCpuTime();
		long start = System.nanoTime();
		long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
		List<Future<?>> futures = this.histograms.stream()
			.<Future<?>>map((histogram) -> this.executor.submit(() -> work(side, histogram, end)))
			.toList();
		for (Future<?> future : futures) {
			future.get();
		}
		double seconds = (System.nanoTime() - start) / 1e9;
		long client = PROCESS.getProcessCpuTime() - clientBefore;
		long allocated = allocated() - allocatedBefore;
		double commands = this.server.commandTime().since(commandsBefore);
		double server = this.server.cpuMicros() - serverBefore;
		Histogram all = this.histograms.get(0).copy();
		this.histograms.stream().skip(1).forEach(all::add);
		return new Round(seconds, all.getTotalCount() * side.operations(),
				all.getValueAtPercentile(50) / (double) side.operations(),
				all.getValueAtPercentile(99) / (double) side.operations(), server, commands, client, allocated);
	}

	private static Void work(Side side, Histogram histogram, long end) throws Exception {
		histogram.reset();
		SplittableRandom random = new SplittableRandom();
		long before = System.nanoTime();
		while (before < end) {
			side.work().run(random.nextInt(Integer.MAX_VALUE));
			long after = System.nanoTime();
			histogram.recordValue(after - before);
			before = after;
		}
		return null;
	}

	/**
	 * What the threads that live now have allocated.
	 */
	private static long allocated() {
		return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
			.filter((bytes) -> bytes > 0)
			.sum();
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

	/**
	 * The rounds of all sides.
	 *
	 * @param rounds the rounds by the name of the side
	 */
	public record Comparison(Map<String, List<Round>> rounds) {

		/**
		 * Adds a line: a figure of ours beside that of a peer.
		 */
		public Comparison line(Results results, String id, Metric metric, String what, String peer) {
			results.compare(id, what, metric.unit(), figures(Side.OURS, metric), peer, figures(peer, metric));
			return this;
		}

		public List<Double> figures(String side, Metric metric) {
			List<Round> all = this.rounds.get(side);
			if (all == null) {
				throw new IllegalArgumentException("No side " + side);
			}
			return all.stream().map(metric::of).toList();
		}

	}

}
