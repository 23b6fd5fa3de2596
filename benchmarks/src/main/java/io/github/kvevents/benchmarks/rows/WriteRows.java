package io.github.kvevents.benchmarks.rows;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

import io.lettuce.core.api.sync.RedisCommands;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

import org.springframework.data.redis.core.ValueOperations;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
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
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHookOptions;

/**
 * Reads and writes of one key without a time to live.
 */
public final class WriteRows {

	private static final String TEMPLATE = "StringRedisTemplate";

	private static final String BUCKET = "Redisson bucket";

	private static final String LETTUCE = "Lettuce";

	private static final String MORE = "kv-events returns what the write did and publishes the previous value (`SET … GET`), the others neither";

	private static final int HOOKS = 10;

	private WriteRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("set-1", "`set`, no hooks, 1 thread", "`StringRedisTemplate.set`",
						(scale, results) -> set(1, scale, results))
					.differs(MORE)
					.goals(Goal.ratioAtMost("p50", 1.03), Goal.ratioAtMost("allocation", 1.3)),
				Row.of("set-8", "`set`, no hooks, 8 threads", "`StringRedisTemplate.set`; Redisson bucket",
						(scale, results) -> set(8, scale, results))
					.differs(MORE)
					.goals(Goal.ratioAtLeast("rate", 0.98)),
				Row.of("set-sync-hooks", "`set` with 10 synchronous hooks that receive it", "`StringRedisTemplate.set`",
						(scale, results) -> hooks(UnaryOperator.identity(), scale, results))
					.differs(MORE)
					.goals(Goal.ratioAtMost("client", 1.10)),
				Row.of("set-async-hooks", "`set` with 10 asynchronous hooks that receive it",
						"`StringRedisTemplate.set`", (scale, results) -> hooks(KvHookOptions::async, scale, results))
					.differs(MORE)
					.goals(Goal.ratioAtMost("client", 1.35), Goal.ratioAtMost("allocation", 2.5)),
				Row.of("get", "`get`, 1 thread", "`StringRedisTemplate.get`", WriteRows::get)
					.goals(Goal.ratioAtMost("p50", 1.03), Goal.ratioAtMost("allocation", 1.15)));
	}

	private static void set(int threads, Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Peers peers = new Peers(server.port());
				Load load = new Load(server, scale, threads)) {
			Keys lettuceKeys = new Keys("l:");
			Keys bucketKeys = new Keys("b:");
			RedisCommands<String, String> lettuce = peers.lettuce().sync();
			RedissonClient redisson = peers.redisson();
			Comparison comparison = load.run(ours(application), template(application),
					Side.of(BUCKET,
							(number) -> redisson.getBucket(bucketKeys.key(number), StringCodec.INSTANCE)
								.set(bucketKeys.value(number))),
					Side.of(LETTUCE, (number) -> lettuce.set(lettuceKeys.key(number), lettuceKeys.value(number))));
			lines(comparison, results);
			comparison.line(results, "rate-redisson", Metric.RATE, "operations", BUCKET)
				.line(results, "rate-lettuce", Metric.RATE, "operations", LETTUCE)
				.line(results, "allocation-redisson", Metric.ALLOCATION, "allocation", BUCKET);
		}
	}

	private static Side ours(Application application) {
		KvTemplate template = application.template();
		Keys keys = new Keys("k:");
		return Side.ours((number) -> template.set(keys.key(number), keys.value(number)));
	}

	private static Side template(Application application) {
		ValueOperations<String, String> redis = application.redis().opsForValue();
		Keys keys = new Keys("s:");
		return Side.of(TEMPLATE, (number) -> redis.set(keys.key(number), keys.value(number)));
	}

	private static void lines(Comparison comparison, Results results) {
		comparison.line(results, "p50", Metric.P50, "p50", TEMPLATE)
			.line(results, "p99", Metric.P99, "p99", TEMPLATE)
			.line(results, "rate", Metric.RATE, "operations", TEMPLATE)
			.line(results, "allocation", Metric.ALLOCATION, "allocation", TEMPLATE)
			.line(results, "client", Metric.CLIENT_CPU, "client CPU", TEMPLATE)
			.line(results, "server", Metric.SERVER_CPU, "server CPU", TEMPLATE);
	}

	private static void hooks(UnaryOperator<KvHookOptions> how, Scale scale, Results results) throws Exception {
		LongAdder calls = new LongAdder();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Load load = new Load(server, scale, 1)) {
			for (int hook = 0; hook < HOOKS; hook++) {
				KvHookOptions options = KvHookOptions.defaults().events(KvEventType.SET).filter(KeyFilter.prefix("k:"));
				application.hooks().register(how.apply(options), (event) -> calls.increment());
			}
			lines(load.run(ours(application), template(application)), results);
		}
		if (calls.sum() == 0) {
			throw new IllegalStateException("No hook was called");
		}
	}

	private static void get(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Load load = new Load(server, scale, 1)) {
			Keys keys = new Keys("k:");
			KvTemplate template = application.template();
			ValueOperations<String, String> redis = application.redis().opsForValue();
			redis.multiSet(keys.entries(0));
			lines(load.run(Side.ours((number) -> template.get(keys.key(number), String.class)),
					Side.of(TEMPLATE, (number) -> redis.get(keys.key(number)))), results);
		}
	}

}
