package io.github.kvevents.benchmarks.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.ServerMeter;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;

/**
 * Hooks with regular expressions.
 */
public final class RegexRows {

	private static final String LOOP = "java.util.regex loop";

	/** Each with a number, so that all are different. */
	private static final List<String> HOSTILE = List.of("(a+)+%d$", "(a|aa)+%d$", "(a|a?)+%d$", "(.*a){8}%d$",
			"^(([a-z])+.)+[A-Z]([a-z])+%d$", "(x+x+)+y%d", "(a?){20}a{20}%d$", "([a-zA-Z]+)*%d$", "(ab?)*c%d$",
			"(.|a)*b%d$");

	private RegexRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("regex", "10,000 regex hooks, one matching", "`java.util.regex` loop", RegexRows::regex)
					.goals(new Goal("regex", true, false, 100)),
				Row.of("hostile-keys", "1,000 regex hooks, keys made to be expensive",
						"an ordinary key of equal length", RegexRows::hostile)
					.goals(Goal.ratioAtMost("a…a!", 3), Goal.ratioAtMost("x…x", 3), Goal.ratioAtMost("ab…ab", 3),
							Goal.ratioAtMost("aX.aX.…", 3)));
	}

	private static void regex(Scale scale, Results results) throws Exception {
		line("regex", "each begins with a literal", "^order-%05d:\\d+:(paid|shipped)$", 100, scale, results);
		line("unanchored", "none begins with one", "-%05d:\\d+:(paid|shipped)$", 1, scale, results);
	}

	private static void line(String id, String what, String regex, int times, Scale scale, Results results)
			throws Exception {
		HookEngine engine = HookEngine.builder().codec(HookRows.CODEC).build();
		List<Pattern> patterns = new ArrayList<>();
		LongAdder calls = new LongAdder();
		for (int number = 0; number < 10_000; number++) {
			String numbered = regex.formatted(number);
			patterns.add(Pattern.compile(numbered));
			engine.getRegistry()
				.register(KvHookOptions.defaults().filter(KeyFilter.regex(numbered)), (event) -> calls.increment());
		}
		engine.start();
		KvEvent event = HookRows.event("order-04711:123:paid");
		Side ours = HookRows.dispatching(engine, event, times);
		Side loop = Side.of(LOOP, (random) -> {
			for (Pattern pattern : patterns) {
				if (pattern.matcher(event.getKey()).find()) {
					calls.increment();
				}
			}
		});
		try (Load load = new Load(ServerMeter.NONE, scale, 1)) {
			Load.Comparison comparison = load.run(ours, loop);
			results.times(id, "finding and calling the hook, " + what, "ns",
					comparison.figures(Side.OURS, Metric.NANOS), LOOP, comparison.figures(LOOP, Metric.NANOS));
		}
	}

	private static void hostile(Scale scale, Results results) throws Exception {
		int length = scale.pick(1_000, 10_000);
		HookEngine engine = HookEngine.builder().codec(HookRows.CODEC).build();
		for (int number = 0; number < 1_000; number++) {
			String regex = HOSTILE.get(number % HOSTILE.size()).formatted(number);
			engine.getRegistry().register(KvHookOptions.defaults().filter(KeyFilter.regex(regex)), (event) -> {
			});
		}
		engine.start();
		Map<String, String> keys = new LinkedHashMap<>();
		keys.put("ordinary", ordinary(length));
		keys.put("a…a!", "a".repeat(length - 1) + "!");
		keys.put("x…x", "x".repeat(length));
		keys.put("ab…ab", "ab".repeat(length / 2));
		keys.put("aX.aX.…", "aX.".repeat(length / 3) + "a");
		Map<String, Callable<Double>> sides = new LinkedHashMap<>();
		keys.forEach((name, key) -> sides.put(name, () -> millis(engine.getDispatcher(), HookRows.event(key))));
		Map<String, List<Double>> took = Alternating.run(1, scale.pick(3, 5), sides);
		took.forEach((name, millis) -> {
			if (!name.equals("ordinary")) {
				results.compare(name, "`%s`, %,d characters".formatted(name, length), "ms", millis, "an ordinary key",
						took.getOrDefault("ordinary", List.of()));
			}
		});
	}

	private static double millis(KvEventDispatcher dispatcher, KvEvent event) {
		long start = System.nanoTime();
		dispatcher.dispatch(KvEventType.SET, event.getKey(), (events) -> events.accept(event));
		return (System.nanoTime() - start) / 1e6;
	}

	private static String ordinary(int length) {
		Random random = new Random(7);
		StringBuilder key = new StringBuilder(length);
		while (key.length() < length) {
			key.append("order:%d:line-%d:".formatted(random.nextInt(100_000), random.nextInt(100)));
		}
		return key.substring(0, length);
	}

}
