package io.github.kvevents.benchmarks.rows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

import org.springframework.data.redis.core.ValueOperations;

import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.DelayingProxy;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.fixture.Peers;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Load.Comparison;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.benchmarks.measure.Spread;
import io.github.kvevents.core.KvTemplate;

/**
 * Writes of keys whose expiry is tracked, and writes with the change log.
 */
public final class TrackedRows {

	static final Duration LIFETIME = Duration.ofHours(1);

	private static final String PLAIN = "SET … PX";

	private static final String MAP_CACHE = "Redisson RMapCache with TTL";

	private static final String TWO_COMMANDS = "SET … PX and XADD, pipelined";

	private static final String MORE = "a tracked key expires with an event on time, with the last value, to one instance; "
			+ "`SET … PX` promises no event";

	private static final int ROUND_TRIP_MICROS = 200;

	private TrackedRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("tracked-1", "tracked `set`, 1 thread, loopback", "`SET … PX` by `StringRedisTemplate`",
						(scale, results) -> tracked(1, scale, results))
					.differs(MORE)
					.goals(Goal.ratioAtMost("p50", 1.12)),
				Row.of("tracked-200us", "tracked `set`, 1 thread, a round trip of 200 µs",
						"`SET … PX` by `StringRedisTemplate`", TrackedRows::delayed)
					.differs(MORE)
					.goals(Goal.ratioAtMost("p50", 1.05)),
				Row.of("tracked-8", "tracked `set`, 8 threads",
						"`SET … PX` by `StringRedisTemplate`; Redisson `RMapCache`",
						(scale, results) -> tracked(8, scale, results))
					.differs(MORE + "; entries of `RMapCache` are fields of one hash, and its events come late")
					.goals(Goal.ratioAtLeast("rate", 0.80), Goal.ratioAtMost("server", 2.0)),
				Row.of("tracked-log-8", "tracked `set` with the change log, 8 threads",
						"two plain commands of the same content, pipelined: `SET … PX` and `XADD`", TrackedRows::logged)
					.differs(
							"the two plain commands are not atomic, know no previous value and need no reply of the first")
					.goals(Goal.ratioAtMost("server", 2.5)),
				Row.of("log-1", "`set` with the change log, 1 thread", "`set` without",
						(scale, results) -> withLog(1, scale, results)),
				Row.of("log-8", "`set` with the change log, 8 threads", "`set` without",
						(scale, results) -> withLog(8, scale, results)));
	}

	private static void tracked(int threads, Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Peers peers = new Peers(server.port());
				Load load = new Load(server, scale, threads)) {
			RMapCache<String, String> cache = peers.redisson().getMapCache("cache", StringCodec.INSTANCE);
			Keys keys = new Keys("c:");
			Comparison comparison = load.run(ours(application), plain(application), Side.of(MAP_CACHE, (number) -> cache
				.fastPut(keys.key(number), keys.value(number), LIFETIME.toMillis(), TimeUnit.MILLISECONDS)));
			lines(comparison, results, PLAIN);
			comparison.line(results, "rate-redisson", Metric.RATE, "operations", MAP_CACHE)
				.line(results, "server-redisson", Metric.SERVER_CPU, "server CPU", MAP_CACHE);
		}
	}

	private static Side ours(Application application) throws InterruptedException {
		application.trackExpiries("t:", (event) -> {
		});
		KvTemplate template = application.template();
		Keys keys = new Keys("t:");
		return Side.ours((number) -> template.set(keys.key(number), keys.value(number), LIFETIME));
	}

	private static Side plain(Application application) {
		ValueOperations<String, String> redis = application.redis().opsForValue();
		Keys keys = new Keys("p:");
		return Side.of(PLAIN, (number) -> redis.set(keys.key(number), keys.value(number), LIFETIME));
	}

	private static void lines(Comparison comparison, Results results, String peer) {
		comparison.line(results, "p50", Metric.P50, "p50", peer)
			.line(results, "p99", Metric.P99, "p99", peer)
			.line(results, "rate", Metric.RATE, "operations", peer)
			.line(results, "server", Metric.SERVER_CPU, "server CPU", peer)
			.line(results, "commands", Metric.COMMANDS, "server time in commands", peer)
			.line(results, "client", Metric.CLIENT_CPU, "client CPU", peer)
			.line(results, "allocation", Metric.ALLOCATION, "allocation", peer);
	}

	private static void delayed(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer(); DelayingProxy proxy = new DelayingProxy(server.port())) {
			List<Double> roundTrips = calibrate(proxy);
			try (Application application = Application.start(proxy.port()); Load load = new Load(server, scale, 1)) {
				results.figure("round-trip", "a round trip of `PING`", "µs", roundTrips);
				load.run(ours(application), plain(application))
					.line(results, "p50", Metric.P50, "p50", PLAIN)
					.line(results, "p99", Metric.P99, "p99", PLAIN);
			}
		}
	}

	/**
	 * Sets the delay so that a round trip takes what it should, and says what it takes.
	 */
	private static List<Double> calibrate(DelayingProxy proxy) {
		RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", proxy.port()));
		try {
			RedisCommands<String, String> commands = client.connect().sync();
			ping(commands, 3000);
			double without = Spread.median(ping(commands, 2000));
			proxy.delay((long) (1000 * (ROUND_TRIP_MICROS - without)));
			return java.util.Arrays.stream(ping(commands, 2000)).boxed().toList();
		}
		finally {
			client.shutdown();
		}
	}

	private static double[] ping(RedisCommands<String, String> commands, int times) {
		double[] micros = new double[times];
		for (int index = 0; index < times; index++) {
			long start = System.nanoTime();
			commands.ping();
			micros[index] = (System.nanoTime() - start) / 1e3;
		}
		return micros;
	}

	private static void logged(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port());
				Peers peers = new Peers(server.port());
				Load load = new Load(server, scale, 8)) {
			RedisAsyncCommands<String, String> redis = peers.lettuce().async();
			Keys keys = new Keys("p:");
			SetArgs lifetime = SetArgs.Builder.px(LIFETIME.toMillis());
			XAddArgs bound = XAddArgs.Builder.maxlen(100_000).approximateTrimming();
			Comparison comparison = load.run(ours(application), Side.of(TWO_COMMANDS, (number) -> {
				String key = keys.key(number);
				String value = keys.value(number);
				// both are on their way before the first reply
				boolean done = LettuceFutures.awaitAll(1, TimeUnit.MINUTES, redis.set(key, value, lifetime),
						redis.xadd("log", bound, Map.of("m", "S:4k2j0x9wq1a::benchmark", "k", key, "v", value, "p",
								keys.value(number ^ (1 << 24)))));
				if (!done) {
					throw new IllegalStateException("No reply");
				}
			}), plain(application));
			lines(comparison, results, TWO_COMMANDS);
			comparison.line(results, "rate-plain", Metric.RATE, "operations", PLAIN)
				.line(results, "server-plain", Metric.SERVER_CPU, "server CPU", PLAIN);
		}
	}

	private static void withLog(int threads, Scale scale, Results results) throws Exception {
		String without = "set without the change log";
		try (BenchmarkServer server = new BenchmarkServer();
				Application logged = Application.logged(server.port());
				Application plain = Application.start(server.port(), "kv.events.namespace=plain");
				Load load = new Load(server, scale, threads)) {
			KvTemplate ours = logged.template();
			KvTemplate theirs = plain.template();
			Keys keys = new Keys("l:");
			Keys others = new Keys("p:");
			lines(load.run(Side.ours((number) -> ours.set(keys.key(number), keys.value(number))),
					Side.of(without, (number) -> theirs.set(others.key(number), others.value(number)))), results,
					without);
		}
	}

}
