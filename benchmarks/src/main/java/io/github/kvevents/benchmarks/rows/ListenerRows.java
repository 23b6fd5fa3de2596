package io.github.kvevents.benchmarks.rows;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;

import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;

/**
 * How many events a durable listener handles in a second.
 */
public final class ListenerRows {

	private static final String CONTAINER = "stream container with ack";

	private static final String LOOP = "bare XREAD loop";

	private static final int BATCH = 100;

	private static final AtomicInteger RUNS = new AtomicInteger();

	private ListenerRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("listener", "events that a durable listener handles", "stream container with ack; bare `XREAD` loop",
					ListenerRows::listener)
			.differs("the listener keeps the order per key, retries, and resumes from its checkpoint; the container "
					+ "acknowledges each message; the loop decodes nothing and remembers nothing")
			.goals(Goal.ratioAtLeast("container", 20), Goal.ratioAtLeast("loop", 0.6)));
	}

	private static void listener(Scale scale, Results results) throws Exception {
		int entries = scale.pick(20_000, 100_000);
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port(),
						"kv.events.log.max-length=" + 2 * entries)) {
			fill(application, entries);
			String stream = stream(application);
			Map<String, Callable<Double>> sides = new LinkedHashMap<>();
			sides.put(Side.OURS, () -> handled(application, entries));
			sides.put(CONTAINER, () -> contained(application, stream, entries));
			sides.put(LOOP, () -> looped(application, stream, entries));
			Map<String, List<Double>> rates = Alternating.run(scale.pick(1, 2), scale.pick(5, 7), sides);
			List<Double> ours = rates.getOrDefault(Side.OURS, List.of());
			results.compare("container", "events", "events/s", ours, CONTAINER,
					rates.getOrDefault(CONTAINER, List.of()));
			results.compare("loop", "events", "events/s", ours, LOOP, rates.getOrDefault(LOOP, List.of()));
		}
	}

	/**
	 * Writes keys that were never there.
	 */
	static void fill(Application application, int entries) {
		for (int from = 0; from < entries; from += 500) {
			application.template()
				.batchSet(new Keys("key" + RUNS.incrementAndGet() + ":", Math.min(500, entries - from), Keys.SIZE)
					.entries(0));
		}
	}

	/**
	 * The stream of the only partition.
	 */
	static String stream(Application application) {
		Collection<String> names = application.redis().keys("kv-events:{*}:log");
		if (names.size() != 1) {
			throw new IllegalStateException("The change log is none of " + names);
		}
		return names.iterator().next();
	}

	private static double handled(Application application, int entries) throws InterruptedException {
		CountDownLatch left = new CountDownLatch(entries);
		long start = System.nanoTime();
		KvSubscription subscription = application.listeners()
			.register("run-" + RUNS.incrementAndGet(), ListenerOptions.defaults().batchSize(BATCH),
					(event) -> left.countDown());
		double rate = rate(left, entries, start);
		subscription.remove();
		return rate;
	}

	private static double contained(Application application, String stream, int entries) throws InterruptedException {
		CountDownLatch left = new CountDownLatch(entries);
		StringRedisTemplate redis = application.redis();
		String group = "run-" + RUNS.incrementAndGet();
		redis.opsForStream().createGroup(stream, ReadOffset.from("0-0"), group);
		StreamMessageListenerContainer<String, MapRecord<String, String, String>> container = StreamMessageListenerContainer
			.create(application.connections(),
					StreamMessageListenerContainerOptions.builder()
						.batchSize(BATCH)
						.pollTimeout(Duration.ofMillis(100))
						.errorHandler((failure) -> {
							// its last poll may find the group gone; what it doesn't read
							// is noticed
						})
						.build());
		container.receive(org.springframework.data.redis.connection.stream.Consumer.from(group, "one"),
				StreamOffset.create(stream, ReadOffset.lastConsumed()), (message) -> {
					redis.opsForStream().acknowledge(group, message);
					left.countDown();
				});
		long start = System.nanoTime();
		container.start();
		double rate = rate(left, entries, start);
		container.stop();
		redis.opsForStream().destroyGroup(stream, group);
		return rate;
	}

	@SuppressWarnings("unchecked") // generic varargs of Spring Data Redis
	private static double looped(Application application, String name, int entries) throws InterruptedException {
		CountDownLatch left = new CountDownLatch(entries);
		byte[] stream = name.getBytes(StandardCharsets.UTF_8);
		long start = System.nanoTime();
		try (RedisConnection connection = application.connections().getConnection()) {
			String after = "0-0";
			List<ByteRecord> page = List.of();
			do {
				page = connection.streamCommands()
					.xRead(StreamReadOptions.empty().count(BATCH), StreamOffset.create(stream, ReadOffset.from(after)));
				for (ByteRecord entry : page) {
					after = entry.getId().getValue();
					left.countDown();
				}
			}
			while (!page.isEmpty());
		}
		return rate(left, entries, start);
	}

	private static double rate(CountDownLatch left, int entries, long start) throws InterruptedException {
		if (!left.await(2, TimeUnit.MINUTES)) {
			throw new IllegalStateException(left.getCount() + " entries were not read");
		}
		return entries * 1e9 / (System.nanoTime() - start);
	}

}
