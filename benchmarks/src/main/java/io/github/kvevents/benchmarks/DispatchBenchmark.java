package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;

/**
 * What it costs to find and call the one hook that matches, among few and many that
 * don't: by the prefix index, and by Spring listeners that each look at the key
 * themselves.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
public class DispatchBenchmark {

	private static final String KEY = "order-0000:4711";

	/**
	 * How many hooks are registered; one of them matches.
	 */
	@Param({ "1", "100", "10000" })
	int registered;

	private final HookEngine engine = HookEngine.builder().codec(new JsonKvCodec(JsonMapper.builder().build())).build();

	private final SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();

	private KvEventDispatcher dispatcher = this.engine.getDispatcher();

	private KvEvent event = KvEventBuilder
		.forKey(DispatchBenchmark.class, KEY, new JsonKvCodec(JsonMapper.builder().build()))
		.value("value".getBytes(StandardCharsets.UTF_8))
		.set(KvEventType.SET);

	private final List<String> keys = List.of(KEY);

	private long calls;

	/**
	 * Registers the hooks and the listeners.
	 */
	@Setup(Level.Trial)
	public void register() {
		for (int i = 0; i < this.registered; i++) {
			String prefix = "order-%04d:".formatted(i);
			this.engine.getRegistry()
				.register(KvHookOptions.defaults().filter(KeyFilter.prefix(prefix)), (event) -> this.calls++);
			this.multicaster.addApplicationListener((ApplicationListener<KvEvent>) (event) -> {
				if (event.getKey().startsWith(prefix)) {
					this.calls++;
				}
			});
		}
		this.engine.start();
	}

	/**
	 * Fails the run if the hook was not called.
	 */
	@TearDown(Level.Trial)
	public void check() {
		this.engine.stop();
		if (this.calls == 0) {
			throw new IllegalStateException("Nothing was called");
		}
	}

	/**
	 * The index of the hooks.
	 */
	@Benchmark
	public void hooks() {
		this.dispatcher.dispatch(KvEventType.SET, this.keys, (events) -> events.accept(this.event));
	}

	/**
	 * Ordinary Spring listeners.
	 */
	@Benchmark
	public void springListeners() {
		this.multicaster.multicastEvent(this.event);
	}

}
