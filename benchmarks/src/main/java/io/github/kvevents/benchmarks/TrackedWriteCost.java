package io.github.kvevents.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

import io.github.kvevents.core.SetOptions;

/**
 * What a tracked write costs against a plain {@code SET … PX} of the same client: time,
 * the server's CPU and memory. The two alternate, so that whatever else the machine does
 * strikes both.
 * <p>
 * Arguments: {@code --rounds 15} of {@code --millis 1000} each, {@code --keys 100000}.
 */
public final class TrackedWriteCost {

	private static final Duration LIFETIME = Duration.ofHours(1);

	private final BenchmarkServer server;

	private final LettuceConnectionFactory connectionFactory;

	private final Side plain;

	private final Side tracked;

	private final int rounds;

	private final long roundNanos;

	private final int keys;

	private TrackedWriteCost(BenchmarkServer server, TrackingSide tracking, String[] args) {
		this.server = server;
		this.connectionFactory = server.connectionFactory();
		this.rounds = option(args, "--rounds", 15);
		this.roundNanos = TimeUnit.MILLISECONDS.toNanos(option(args, "--millis", 1000));
		this.keys = option(args, "--keys", 100_000);
		RedisTemplate<String, byte[]> template = plainTemplate(this.connectionFactory);
		this.plain = new Side("cost:p:", (key) -> template.opsForValue().set(key, TrackingSide.VALUE, LIFETIME));
		SetOptions options = SetOptions.defaults().timeToLive(LIFETIME);
		this.tracked = new Side("cost:t:", (key) -> tracking.template().setRaw(key, TrackingSide.VALUE, options));
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or a write fails
	 */
	public static void main(String[] args) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				TrackingSide tracking = new TrackingSide(server.connectionFactory())) {
			TrackedWriteCost benchmark = new TrackedWriteCost(server, tracking, args);
			System.out.print("""
					| threads | plain writes/s | tracked writes/s | latency ratio | plain: server CPU µs | tracked |
					|---:|---:|---:|---:|---:|---:|
					""");
			benchmark.throughput(1);
			benchmark.throughput(8);
			benchmark.memory();
		}
	}

	private static RedisTemplate<String, byte[]> plainTemplate(LettuceConnectionFactory connectionFactory) {
		RedisTemplate<String, byte[]> template = new RedisTemplate<>();
		template.setConnectionFactory(connectionFactory);
		template.setKeySerializer(RedisSerializer.string());
		template.setValueSerializer(RedisSerializer.byteArray());
		template.afterPropertiesSet();
		return template;
	}

	private void throughput(int threads) throws InterruptedException {
		List<Round> plainRounds = new ArrayList<>();
		List<Round> trackedRounds = new ArrayList<>();
		int warmUp = this.rounds / 5 + 2;
		for (int number = -warmUp; number < this.rounds; number++) {
			boolean plainFirst = number % 2 == 0;
			Round first = round(threads, plainFirst ? this.plain : this.tracked);
			Round second = round(threads, plainFirst ? this.tracked : this.plain);
			if (number >= 0) {
				plainRounds.add(plainFirst ? first : second);
				trackedRounds.add(plainFirst ? second : first);
			}
		}
		double plainRate = median(plainRounds, Round::perSecond);
		double trackedRate = median(trackedRounds, Round::perSecond);
		System.out.println(String.format(Locale.ROOT, "| %d | %,.0f | %,.0f | %.3f | %.2f | %.2f |", threads, plainRate,
				trackedRate, plainRate / trackedRate, median(plainRounds, Round::cpuMicros),
				median(trackedRounds, Round::cpuMicros)));
	}

	private Round round(int threads, Side side) throws InterruptedException {
		LongAdder operations = new LongAdder();
		double cpuBefore = cpuSeconds();
		long start = System.nanoTime();
		Parallel.run(threads, threads, (thread) -> {
			while (System.nanoTime() - start < this.roundNanos) {
				side.write(ThreadLocalRandom.current().nextInt(this.keys));
				operations.increment();
			}
		});
		double seconds = (System.nanoTime() - start) / 1e9;
		return new Round(operations.sum() / seconds, (cpuSeconds() - cpuBefore) * 1e6 / operations.sum());
	}

	private double cpuSeconds() {
		return this.server.info(this.connectionFactory, "cpu", "used_cpu_user")
				+ this.server.info(this.connectionFactory, "cpu", "used_cpu_sys");
	}

	private void memory() throws InterruptedException {
		double plainBytes = bytesPerKey(this.plain);
		double trackedBytes = bytesPerKey(this.tracked);
		System.out.println(String.format(Locale.ROOT,
				"%nBytes per key (%,d keys, 100 B values): plain %.0f, tracked %.0f, ratio %.2f", this.keys, plainBytes,
				trackedBytes, trackedBytes / plainBytes));
	}

	private double bytesPerKey(Side side) throws InterruptedException {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			connection.serverCommands().flushAll();
		}
		// what is there once for all keys doesn't count
		side.write(this.keys);
		double before = usedMemory();
		Parallel.run(8, this.keys, side::write);
		return (usedMemory() - before) / this.keys;
	}

	private double usedMemory() {
		return this.server.info(this.connectionFactory, "memory", "used_memory");
	}

	private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
		double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
		return sorted[sorted.length / 2];
	}

	private static int option(String[] args, String name, int otherwise) {
		int index = Arrays.asList(args).indexOf(name);
		return (index >= 0) ? Integer.parseInt(args[index + 1]) : otherwise;
	}

	/**
	 * What is written and how.
	 */
	private record Side(String prefix, Consumer<String> writes) {

		void write(int index) {
			this.writes.accept(this.prefix + (1_000_000 + index));
		}

	}

	private record Round(double perSecond, double cpuMicros) {

	}

}
