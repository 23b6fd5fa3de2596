package io.github.kvevents.benchmarks.rows;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
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
 * Many keys at once.
 */
public final class BatchRows {

	private static final int SIZE = 10_000;

	private static final String LOOP = "loop of StringRedisTemplate.set";

	private static final String BATCH = "Redisson RBatch of set";

	private static final String BATCH_OF_GET_AND_SET = "Redisson RBatch of getAndSet";

	private static final String PIPELINE = "Lettuce, flushed once";

	private static final String MSET = "MSET";

	private static final String MULTI_GET = "StringRedisTemplate.multiGet";

	private BatchRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("batch-set", "`batchSet` of 10,000, with previous values, and a hook that receives each",
					"loop; Redisson `RBatch`; `MSET`", BatchRows::set)
			.differs("only kv-events and `getAndSet` return the previous values, and only kv-events publishes an "
					+ "event for each key; only `MSET` is atomic")
			.goals(Goal.ratioAtLeast("loop", 60), Goal.ratioAtLeast("rbatch", 1.0), Goal.ratioAtLeast("mset", 0.35)),
				Row.of("batch-get", "`batchGet` of 10,000", "`StringRedisTemplate.multiGet`", BatchRows::get)
					.goals(Goal.ratioAtLeast("rate", 0.85)));
	}

	private static void set(Scale scale, Results results) throws Exception {
		LongAdder events = new LongAdder();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Peers peers = new Peers(server.port());
				Load load = new Load(server, scale, 1)) {
			application.hooks()
				.register(KvHookOptions.defaults().events(KvEventType.BATCH_SET).filter(KeyFilter.prefix("k:")),
						(event) -> events.increment());
			KvTemplate template = application.template();
			ValueOperations<String, String> redis = application.redis().opsForValue();
			Keys keys = new Keys("k:", SIZE, Keys.SIZE);
			Keys others = new Keys("o:", SIZE, Keys.SIZE);
			List<Map<String, String>> ours = List.of(keys.entries(0), keys.entries(1));
			List<Map<String, String>> theirs = List.of(others.entries(0), others.entries(1));
			Comparison comparison = load.run(Side.ours((number) -> template.batchSet(ours.get(number % 2))).times(SIZE),
					Side.of(LOOP, (number) -> theirs.get(number % 2).forEach(redis::set)).times(SIZE),
					Side.of(BATCH, (number) -> batch(peers, theirs.get(number % 2), false)).times(SIZE),
					Side.of(BATCH_OF_GET_AND_SET, (number) -> batch(peers, theirs.get(number % 2), true)).times(SIZE),
					Side.of(PIPELINE, (number) -> pipeline(peers.pipeline(), theirs.get(number % 2))).times(SIZE),
					Side.of(MSET, (number) -> redis.multiSet(theirs.get(number % 2))).times(SIZE));
			comparison.line(results, "loop", Metric.RATE, "keys", LOOP)
				.line(results, "rbatch", Metric.RATE, "keys", BATCH)
				.line(results, "rbatch-previous", Metric.RATE, "keys", BATCH_OF_GET_AND_SET)
				.line(results, "lettuce", Metric.RATE, "keys", PIPELINE)
				.line(results, "mset", Metric.RATE, "keys", MSET)
				.line(results, "allocation", Metric.ALLOCATION, "allocation for a key", BATCH)
				.line(results, "server", Metric.SERVER_CPU, "server CPU for a key", BATCH);
		}
		if (events.sum() == 0) {
			throw new IllegalStateException("No hook was called");
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // execute() waits for all of them
	private static void batch(Peers peers, Map<String, String> entries, boolean previous) {
		RBatch batch = peers.redisson().createBatch(BatchOptions.defaults());
		entries.forEach((key, value) -> {
			if (previous) {
				batch.getBucket(key, StringCodec.INSTANCE).getAndSetAsync(value);
			}
			else {
				batch.getBucket(key, StringCodec.INSTANCE).setAsync(value);
			}
		});
		batch.execute();
	}

	private static void pipeline(StatefulRedisConnection<String, String> connection, Map<String, String> entries) {
		List<RedisFuture<String>> replies = entries.entrySet()
			.stream()
			.map((entry) -> connection.async().set(entry.getKey(), entry.getValue()))
			.toList();
		connection.flushCommands();
		if (!LettuceFutures.awaitAll(1, TimeUnit.MINUTES, replies.toArray(RedisFuture[]::new))) {
			throw new IllegalStateException("No reply");
		}
	}

	private static void get(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Load load = new Load(server, scale, 1)) {
			KvTemplate template = application.template();
			ValueOperations<String, String> redis = application.redis().opsForValue();
			Keys keys = new Keys("k:", SIZE, Keys.SIZE);
			redis.multiSet(keys.entries(0));
			load.run(Side.ours((number) -> template.batchGet(keys.all(), String.class)).times(SIZE),
					Side.of(MULTI_GET, (number) -> redis.multiGet(keys.all())).times(SIZE))
				.line(results, "rate", Metric.RATE, "keys", MULTI_GET)
				.line(results, "allocation", Metric.ALLOCATION, "allocation for a key", MULTI_GET)
				.line(results, "client", Metric.CLIENT_CPU, "client CPU for a key", MULTI_GET)
				.line(results, "server", Metric.SERVER_CPU, "server CPU for a key", MULTI_GET);
		}
	}

}
