package io.github.kvevents.benchmarks;

import java.time.Duration;
import java.util.Locale;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

import io.github.kvevents.benchmarks.WriteComparison.Side;
import io.github.kvevents.core.SetOptions;

/**
 * What a tracked write costs against a plain {@code SET … PX} of the same client: time,
 * the server's CPU and memory.
 * <p>
 * Arguments as for {@link WriteComparison}.
 */
public final class TrackedWriteCost {

	private static final Duration LIFETIME = Duration.ofHours(1);

	private final WriteComparison comparison;

	private final Side plain;

	private final Side tracked;

	private TrackedWriteCost(WriteComparison comparison, TrackingSide tracking) {
		this.comparison = comparison;
		RedisTemplate<String, byte[]> template = plainTemplate(comparison.connectionFactory());
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
			TrackedWriteCost benchmark = new TrackedWriteCost(new WriteComparison(server, args), tracking);
			benchmark.comparison.print("plain", benchmark.plain, "tracked", benchmark.tracked);
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

	private void memory() throws InterruptedException {
		double plainBytes = bytesPerKey(this.plain);
		double trackedBytes = bytesPerKey(this.tracked);
		System.out.println(String.format(Locale.ROOT,
				"%nBytes per key (%,d keys, 100 B values): plain %.0f, tracked %.0f, ratio %.2f",
				this.comparison.keys(), plainBytes, trackedBytes, trackedBytes / plainBytes));
	}

	private double bytesPerKey(Side side) throws InterruptedException {
		try (RedisConnection connection = this.comparison.connectionFactory().getConnection()) {
			connection.serverCommands().flushAll();
		}
		// what is there once for all keys doesn't count
		side.write(this.comparison.keys());
		double before = this.comparison.usedMemory();
		Parallel.run(8, this.comparison.keys(), side::write);
		return (this.comparison.usedMemory() - before) / this.comparison.keys();
	}

}
