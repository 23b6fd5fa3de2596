package io.github.kvevents.benchmarks.rows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

import org.springframework.data.redis.connection.stream.StreamRecords;
import org.springframework.data.redis.connection.RedisStreamCommands.TrimOptions;
import org.springframework.data.redis.connection.RedisStreamCommands.XAddOptions;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * How soon an event arrives, and what an entry of an event log costs.
 */
public final class LatencyRows {

	private static final String DIRECT = "publish and subscribe on the driver's thread";

	private static final String CONTAINER = "publish and subscribe by Spring's container";

	private static final String FOLLOW = "follow";

	private static final String WATCH = "watch";

	private static final String XADD = "XADD";

	private static final int LENGTH = 10_000;

	private LatencyRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("latency", "from a write to the follow of an event log, and to a watch",
					"publish and subscribe on the driver's own thread", (scale, results) -> latency(scale, results))
			.differs("a follow and a watch miss nothing and call on threads that may block; a message is lost while "
					+ "nobody is subscribed, and the driver's thread must not block")
			.goals(Goal.ratioAtMost("follow-p50", 1.3), Goal.ratioAtMost("watch-p50", 1.2)),
				Row.of("event-log-add", "`add` to an event log of 10,000 entries, 8 threads",
						"bare `XADD` by `StringRedisTemplate`", LatencyRows::add)
					.differs("`add` takes several entries all or none, and is sent once more safely after a lost reply")
					.goals(Goal.ratioAtMost("server", 2.5)));
	}

	@SuppressWarnings("try") // the container is only open
	private static void latency(Scale scale, Results results) throws Exception {
		int size = scale.pick(500, 2000);
		Arrivals arrivals = new Arrivals();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port());
				RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
				KvWatch watch = application.template().watch(WatchOptions.prefix("w:").bufferSize(10_000))) {
			subscribe(client, arrivals);
			KvEventLog log = application.logs().open("latency", EventLogOptions.defaults().maxLength(1000));
			log.tailAndFollow(0, (entries) -> entries.forEach((entry) -> arrivals.add()));
			Thread reader = new Thread(() -> watch.stream().forEach((event) -> arrivals.add()), "watch");
			reader.setDaemon(true);
			reader.start();
			StringRedisTemplate redis = application.redis();
			Map<String, Send> sends = new LinkedHashMap<>();
			sends.put(DIRECT, (value) -> redis.convertAndSend("direct", value));
			sends.put(CONTAINER, (value) -> redis.convertAndSend("container", value));
			sends.put(FOLLOW, (value) -> log.add(Map.of("value", value)));
			sends.put(WATCH, (value) -> application.template().set("w:1", value));
			try (SubscribedContainer container = new SubscribedContainer(application.connections(), "container",
					arrivals::add)) {
				Map<String, Callable<double[]>> sides = new LinkedHashMap<>();
				sends.forEach((name, send) -> sides.put(name, () -> arrivals.micros(size, send)));
				lines(results, Alternating.run(scale.warmUps() + 1, scale.rounds(), sides));
			}
		}
	}

	private static void subscribe(RedisClient client, Arrivals arrivals) {
		StatefulRedisPubSubConnection<String, String> connection = client.connectPubSub();
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				arrivals.add();
			}

		});
		connection.sync().subscribe("direct");
	}

	private static void lines(Results results, Map<String, List<double[]>> micros) {
		for (String ours : List.of(FOLLOW, WATCH)) {
			line(results, ours + "-p50", ours + ", p50", 0.5, micros, ours, DIRECT);
			line(results, ours + "-p99", ours + ", p99", 0.99, micros, ours, DIRECT);
			line(results, ours + "-container", ours + ", p50", 0.5, micros, ours, CONTAINER);
		}
	}

	private static void line(Results results, String id, String what, double share, Map<String, List<double[]>> micros,
			String ours, String peer) {
		results.compare(id, what, "µs", at(share, micros.getOrDefault(ours, List.of())), peer,
				at(share, micros.getOrDefault(peer, List.of())));
	}

	private static List<Double> at(double share, List<double[]> rounds) {
		return rounds.stream().map((sorted) -> sorted[(int) (share * (sorted.length - 1))]).toList();
	}

	private static void add(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Load load = new Load(server, scale, 8)) {
			KvEventLog log = application.logs().open("log", EventLogOptions.defaults().maxLength(LENGTH));
			StringRedisTemplate redis = application.redis();
			Keys values = new Keys("");
			XAddOptions bound = XAddOptions.trim(TrimOptions.maxLen(LENGTH).approximate());
			load.run(Side.ours((number) -> log.add(Map.of("value", values.value(number)))),
					Side.of(XADD,
							(number) -> redis.opsForStream()
								.add(StreamRecords.mapBacked(Map.of("value", values.value(number)))
									.withStreamKey("bare"), bound)))
				.line(results, "server", Metric.SERVER_CPU, "server CPU", XADD)
				.line(results, "commands", Metric.COMMANDS, "server time in commands", XADD)
				.line(results, "p50", Metric.P50, "p50", XADD)
				.line(results, "rate", Metric.RATE, "entries", XADD);
		}
	}

	/**
	 * Takes the time of each arrival.
	 */
	private static final class Arrivals {

		private final LinkedBlockingQueue<Long> times = new LinkedBlockingQueue<>();

		void add() {
			this.times.add(System.nanoTime());
		}

		/**
		 * Sends one after the other, each when the one before has arrived.
		 * @return how long each took, sorted
		 */
		double[] micros(int size, Send send) throws InterruptedException {
			double[] micros = new double[size];
			for (int number = 0; number < size; number++) {
				long start = System.nanoTime();
				send.send("value" + start);
				Long arrival = this.times.poll(10, TimeUnit.SECONDS);
				if (arrival == null) {
					throw new IllegalStateException("Nothing arrived");
				}
				micros[number] = (arrival - start) / 1e3;
			}
			java.util.Arrays.sort(micros);
			return micros;
		}

	}

	private interface Send {

		void send(String value);

	}

}
