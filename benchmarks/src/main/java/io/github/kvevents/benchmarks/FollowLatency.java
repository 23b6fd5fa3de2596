package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.redis.RedisEventLogStore;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * How long it takes from the beginning of a write to its arrival: an entry of an event
 * log that is followed, a change that is watched through the change log, and a message of
 * Redis' publish and subscribe, one at a time. The three alternate.
 * <p>
 * Arguments: how many of each in a round (1000), how many rounds (9).
 */
public final class FollowLatency {

	private final LinkedBlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();

	private final int size;

	private FollowLatency(int size) {
		this.size = size;
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or something doesn't arrive
	 */
	public static void main(String[] args) throws Exception {
		int size = (args.length > 0) ? Integer.parseInt(args[0]) : 1000;
		int rounds = (args.length > 1) ? Integer.parseInt(args[1]) : 9;
		try (BenchmarkServer server = new BenchmarkServer()) {
			new FollowLatency(size).run(server, rounds);
		}
	}

	private void run(BenchmarkServer server, int rounds) throws Exception {
		LettuceConnectionFactory connections = server.connectionFactory();
		StringRedisTemplate redis = new StringRedisTemplate(connections);
		RedisMessageListenerContainer container = container(connections, "latency", null);
		RedisMessageListenerContainer direct = container(connections, "direct", Runnable::run);
		StoreKvEventLogs logs = new StoreKvEventLogs(new RedisEventLogStore(connections, Namespace.of("latency"), null),
				new PlainKvCodec());
		KvEventLog log = logs.open("latency", EventLogOptions.defaults().maxLength(1000));
		try (LoggedInstance instance = new LoggedInstance(connections, Namespace.of("latency"));
				KvWatch watch = instance.template().watch(WatchOptions.prefix("latency:").bufferSize(10_000))) {
			log.tailAndFollow(0, (entries) -> entries.forEach((entry) -> arrived()));
			Thread reader = new Thread(() -> watch.stream().forEach((event) -> arrived()), "watch");
			reader.setDaemon(true);
			reader.start();
			List<Side> sides = List.of(new Side("pub/sub", (number) -> redis.convertAndSend("latency", number)),
					new Side("pub/sub, on the driver's thread", (number) -> redis.convertAndSend("direct", number)),
					new Side("follow", (number) -> log.add(Map.of("number", number))),
					new Side("watch", (number) -> instance.template().set("latency:1", number)));
			for (int round = 0; round <= rounds; round++) {
				for (Side side : sides) {
					// the first one warms up
					measure((round > 0) ? side : side.warmUp());
				}
			}
			print(sides);
		}
		finally {
			logs.stop();
			container.destroy();
			direct.destroy();
		}
	}

	private RedisMessageListenerContainer container(LettuceConnectionFactory connections, String channel,
			@Nullable Executor executor) {
		RedisMessageListenerContainer container = new RedisMessageListenerContainer();
		container.setConnectionFactory(connections);
		if (executor != null) {
			container.setTaskExecutor(executor);
		}
		container.addMessageListener((message, pattern) -> arrived(), new ChannelTopic(channel));
		container.afterPropertiesSet();
		container.start();
		return container;
	}

	private void arrived() {
		this.arrivals.add(System.nanoTime());
	}

	private void measure(Side side) throws InterruptedException {
		List<Long> nanos = new ArrayList<>();
		for (int number = 0; number < this.size; number++) {
			long start = System.nanoTime();
			side.send.send(side.name + System.nanoTime());
			Long arrival = this.arrivals.poll(10, TimeUnit.SECONDS);
			if (arrival == null) {
				throw new IllegalStateException("Nothing came by " + side.name);
			}
			nanos.add(arrival - start);
		}
		side.medians.add(nanos.stream().sorted().toList().get(this.size / 2) / 1000.0);
		side.p99s.add(nanos.stream().sorted().toList().get(this.size * 99 / 100) / 1000.0);
	}

	private static void print(List<Side> sides) {
		double base = median(sides.get(0).medians);
		System.out.print("""
				| | p50 µs | p99 µs | p50 against pub/sub |
				|---|---:|---:|---:|
				""");
		for (Side side : sides) {
			System.out.println(String.format(Locale.ROOT, "| %s | %.0f | %.0f | %.2f |", side.name,
					median(side.medians), median(side.p99s), median(side.medians) / base));
		}
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

	private record Side(String name, Send send, List<Double> medians, List<Double> p99s) {

		Side(String name, Send send) {
			this(name, send, new ArrayList<>(), new ArrayList<>());
		}

		Side warmUp() {
			return new Side(this.name, this.send);
		}

	}

	private interface Send {

		void send(String number);

	}

}
