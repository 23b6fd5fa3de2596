package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookSettings;
import io.github.kvevents.hook.KvHookOptions;

/**
 * How many events a second reach an asynchronous hook in order per key, against a
 * single-threaded executor for each of 64 lanes, which is what one writes by hand.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
@Threads(2)
public class AsyncHookBenchmark {

	private static final int KEYS = 1000;

	private final JsonKvCodec codec = new JsonKvCodec(JsonMapper.builder().build());

	private final HookEngine engine = HookEngine.builder()
		.codec(this.codec)
		.settings(HookSettings.defaults().queueCapacity(10_000))
		.build();

	private final KvEvent[] events = new KvEvent[KEYS];

	private final ExecutorService[] lanes = new ExecutorService[64];

	private final LongAdder calls = new LongAdder();

	/**
	 * Registers the hook and starts the lanes.
	 */
	@Setup(Level.Trial)
	public void start() {
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> this.calls.increment());
		this.engine.start();
		for (int i = 0; i < KEYS; i++) {
			this.events[i] = KvEventBuilder.forKey(this, "key:" + i, this.codec)
				.value("value".getBytes(StandardCharsets.UTF_8))
				.set(KvEventType.SET);
		}
		for (int i = 0; i < this.lanes.length; i++) {
			this.lanes[i] = Executors.newSingleThreadExecutor();
		}
	}

	/**
	 * Stops both.
	 */
	@TearDown(Level.Trial)
	public void stop() {
		this.engine.stop();
		for (ExecutorService lane : this.lanes) {
			lane.shutdownNow();
		}
		if (this.calls.sum() == 0) {
			throw new IllegalStateException("Nothing was called");
		}
	}

	/**
	 * The queue of an asynchronous hook, which blocks when it is full.
	 */
	@Benchmark
	public void hook() {
		KvEvent event = next();
		this.engine.getDispatcher().dispatch(KvEventType.SET, event.getKey(), (events) -> events.accept(event));
	}

	/**
	 * 64 single-threaded executors, whose queues have no bound.
	 */
	@Benchmark
	public void executors() {
		KvEvent event = next();
		this.lanes[(event.getKey().hashCode() & Integer.MAX_VALUE) % this.lanes.length].execute(this.calls::increment);
	}

	private KvEvent next() {
		return this.events[ThreadLocalRandom.current().nextInt(KEYS)];
	}

}
