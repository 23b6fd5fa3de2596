package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * How fast a durable listener works off a change log, against Spring Data Redis'
 * container with an acknowledgement for each message and against a bare XREAD loop on the
 * very same stream, 100 entries a read each.
 * <p>
 * Arguments: how many entries (100000), how many rounds (3).
 */
public final class ListenerThroughput {

	private static final int BATCH = 100;

	private static final Namespace NAMESPACE = Namespace.of("listener-throughput");

	private final LettuceConnectionFactory connectionFactory;

	private final int entries;

	private final RedisChangeLogStore log;

	private int run;

	private ListenerThroughput(LettuceConnectionFactory connectionFactory, int entries) {
		this.connectionFactory = connectionFactory;
		this.entries = entries;
		ChangeLogSettings settings = new ChangeLogSettings(NAMESPACE, "benchmark", 2L * entries, Duration.ofHours(1));
		this.log = new RedisChangeLogStore(connectionFactory, KeyNames.plain(), settings);
		KvTemplate template = KvTemplate
			.builder(new RedisKvStore(connectionFactory, KeyNames.plain(), null, settings), new PlainKvCodec())
			.build();
		for (int from = 0; from < entries; from += 500) {
			Map<String, String> batch = new TreeMap<>();
			for (int number = from; number < Math.min(entries, from + 500); number++) {
				batch.put("key:" + number, String.format(Locale.ROOT, "%0100d", number));
			}
			template.batchSet(batch);
		}
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or a reader fails
	 */
	public static void main(String[] args) throws Exception {
		int entries = (args.length > 0) ? Integer.parseInt(args[0]) : 100_000;
		int rounds = (args.length > 1) ? Integer.parseInt(args[1]) : 3;
		try (BenchmarkServer server = new BenchmarkServer()) {
			ListenerThroughput benchmark = new ListenerThroughput(server.connectionFactory(), entries);
			List<Double> listener = new ArrayList<>();
			List<Double> container = new ArrayList<>();
			List<Double> loop = new ArrayList<>();
			for (int round = 0; round <= rounds; round++) {
				double ours = benchmark.listener();
				double theirs = benchmark.container();
				double bare = benchmark.loop();
				if (round > 0) {
					// the first one warms up
					listener.add(ours);
					container.add(theirs);
					loop.add(bare);
				}
			}
			System.out.printf(Locale.ROOT,
					"""
							| entries | listener events/s | container with XACK | bare XREAD loop | listener : container | listener : loop |
							|---:|---:|---:|---:|---:|---:|
							| %d | %.0f | %.0f | %.0f | %.2f | %.2f |
							""",
					entries, median(listener), median(container), median(loop), median(listener) / median(container),
					median(listener) / median(loop));
		}
	}

	private double listener() throws InterruptedException {
		CountDownLatch left = new CountDownLatch(this.entries);
		StoreChangeFeed feed = new StoreChangeFeed(this.log);
		ListenerEngine engine = ListenerEngine
			.builder(this.log, feed, new RedisListenerStore(this.connectionFactory, NAMESPACE, null),
					new PlainKvCodec())
			.build();
		feed.start();
		engine.start();
		long start = System.nanoTime();
		KvSubscription subscription = engine.register("run-" + this.run++, ListenerOptions.defaults().batchSize(BATCH),
				(event) -> left.countDown());
		double rate = rate(left, start);
		subscription.remove();
		engine.stop();
		feed.stop();
		return rate;
	}

	private double container() throws InterruptedException {
		CountDownLatch left = new CountDownLatch(this.entries);
		StringRedisTemplate template = new StringRedisTemplate(this.connectionFactory);
		String group = "run-" + this.run++;
		template.opsForStream().createGroup(NAMESPACE.log(0), ReadOffset.from("0-0"), group);
		StreamMessageListenerContainer<String, MapRecord<String, String, String>> container = StreamMessageListenerContainer
			.create(this.connectionFactory,
					StreamMessageListenerContainerOptions.builder()
						.batchSize(BATCH)
						.pollTimeout(Duration.ofMillis(100))
						.errorHandler((failure) -> {
							// its last poll may find the group gone; what it doesn't read
							// is noticed
						})
						.build());
		container.receive(Consumer.from(group, "one"), StreamOffset.create(NAMESPACE.log(0), ReadOffset.lastConsumed()),
				(message) -> {
					template.opsForStream().acknowledge(group, message);
					left.countDown();
				});
		long start = System.nanoTime();
		container.start();
		double rate = rate(left, start);
		container.stop();
		template.opsForStream().destroyGroup(NAMESPACE.log(0), group);
		return rate;
	}

	@SuppressWarnings("unchecked") // generic varargs of Spring Data Redis
	private double loop() throws InterruptedException {
		CountDownLatch left = new CountDownLatch(this.entries);
		byte[] stream = NAMESPACE.log(0).getBytes(StandardCharsets.UTF_8);
		long start = System.nanoTime();
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
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
		return rate(left, start);
	}

	private double rate(CountDownLatch left, long start) throws InterruptedException {
		if (!left.await(2, TimeUnit.MINUTES)) {
			throw new IllegalStateException(left.getCount() + " entries were not read");
		}
		return this.entries * 1e9 / (System.nanoTime() - start);
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

}
