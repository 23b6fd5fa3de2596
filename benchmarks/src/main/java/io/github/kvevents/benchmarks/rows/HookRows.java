package io.github.kvevents.benchmarks.rows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.benchmarks.fixture.Parallel;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.ServerMeter;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;

/**
 * Finding and calling hooks, without a store.
 */
public final class HookRows {

	static final PlainKvCodec CODEC = new PlainKvCodec();

	private static final String LISTENERS = "Spring listeners";

	private static final String POOL = "unordered ThreadPoolExecutor";

	private static final int PRODUCERS = 8;

	private HookRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("dispatch", "dispatch with 1, 100, 10,000 hooks, one matching",
						"as many `ApplicationListener`s that filter by prefix", HookRows::dispatch)
					.differs("hooks are also counted and isolated from each other's failures")
					.goals(Goal.atMost("1", 120), Goal.atMost("100", 130), Goal.atMost("10000", 300)),
				Row.of("async", "asynchronous hook, in order per key, 8 producers",
						"unordered `ThreadPoolExecutor` with as many threads and as much room", HookRows::async)
					.differs("only the hook keeps the order of each key")
					.goals(Goal.ratioAtLeast("rate", 1.0)));
	}

	private static void dispatch(Scale scale, Results results) throws Exception {
		try (Load load = new Load(ServerMeter.NONE, scale, 1)) {
			for (int registered : new int[] { 1, 100, 10_000 }) {
				LongAdder calls = new LongAdder();
				int times = Math.max(10, 1000 / registered);
				load.run(hooks(registered, calls), listeners(registered, times, calls))
					.line(results, String.valueOf(registered), Metric.NANOS, "%,d registered".formatted(registered),
							LISTENERS)
					.line(results, registered + "-allocation", Metric.ALLOCATION,
							"allocation, %,d registered".formatted(registered), LISTENERS);
			}
		}
	}

	/**
	 * So many hooks with a prefix each; one of them receives what is dispatched.
	 */
	static Side hooks(int registered, LongAdder calls) {
		HookEngine engine = HookEngine.builder().codec(CODEC).build();
		for (int number = 0; number < registered; number++) {
			engine.getRegistry()
				.register(KvHookOptions.defaults().filter(KeyFilter.prefix(prefix(number))),
						(event) -> calls.increment());
		}
		engine.start();
		return dispatching(engine, event("%s4711".formatted(prefix(0))), 1000);
	}

	/**
	 * Dispatches an event so many times.
	 */
	static Side dispatching(HookEngine engine, KvEvent event, int times) {
		Consumer<Consumer<KvEvent>> operation = (events) -> events.accept(event);
		KvEventDispatcher dispatcher = engine.getDispatcher();
		return Side.ours((random) -> {
			for (int time = 0; time < times; time++) {
				dispatcher.dispatch(KvEventType.SET, event.getKey(), operation);
			}
		}).times(times);
	}

	private static Side listeners(int registered, int times, LongAdder calls) {
		SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
		for (int number = 0; number < registered; number++) {
			String prefix = prefix(number);
			multicaster.addApplicationListener((ApplicationListener<KvEvent>) (event) -> {
				if (event.getKey().startsWith(prefix)) {
					calls.increment();
				}
			});
		}
		KvEvent event = event("%s4711".formatted(prefix(0)));
		return Side.of(LISTENERS, (random) -> {
			for (int time = 0; time < times; time++) {
				multicaster.multicastEvent(event);
			}
		}).times(times);
	}

	private static String prefix(int number) {
		return "order-%05d:".formatted(number);
	}

	static KvEvent event(String key) {
		return KvEventBuilder.forKey(HookRows.class, key, CODEC)
			.value("value".getBytes(StandardCharsets.UTF_8))
			.set(KvEventType.SET);
	}

	private static void async(Scale scale, Results results) throws Exception {
		int count = scale.pick(400_000, 2_000_000);
		LongAdder calls = new LongAdder();
		HookEngine engine = HookEngine.builder().codec(CODEC).build();
		engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> calls.increment());
		engine.start();
		// as many threads and as much room as the hook has by default
		ThreadPoolExecutor pool = new ThreadPoolExecutor(4, 4, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(10_000),
				HookRows::waitForRoom);
		List<KvEvent> events = new ArrayList<>();
		for (int number = 0; number < 1000; number++) {
			events.add(event("key:" + number));
		}
		Map<String, Callable<Double>> sides = new LinkedHashMap<>();
		sides.put(Side.OURS, () -> rate(count, calls, (number) -> {
			KvEvent event = events.get(number % events.size());
			engine.getDispatcher().dispatch(KvEventType.SET, event.getKey(), (all) -> all.accept(event));
		}));
		sides.put(POOL, () -> rate(count, calls, (number) -> {
			KvEvent event = events.get(number % events.size());
			pool.execute(() -> {
				if (!event.getKey().isEmpty()) {
					calls.increment();
				}
			});
		}));
		Map<String, List<Double>> rates = Alternating.run(scale.warmUps(), scale.rounds(), sides);
		results.compare("rate", "events", "events/s", rates.getOrDefault(Side.OURS, List.of()), POOL,
				rates.getOrDefault(POOL, List.of()));
		engine.stop();
		pool.shutdownNow();
	}

	private static void waitForRoom(Runnable task, ThreadPoolExecutor pool) {
		try {
			pool.getQueue().put(task);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static double rate(int count, LongAdder calls, IntConsumer send) throws InterruptedException {
		calls.reset();
		long start = System.nanoTime();
		Parallel.run(PRODUCERS, count, send);
		long end = start + TimeUnit.MINUTES.toNanos(1);
		while (calls.sum() < count) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Only " + calls + " of " + count + " were called");
			}
			TimeUnit.MICROSECONDS.sleep(100);
		}
		return count * 1e9 / (System.nanoTime() - start);
	}

}
