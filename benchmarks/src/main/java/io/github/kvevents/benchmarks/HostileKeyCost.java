package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;

/**
 * What it costs to find the hooks of a key of 10,000 characters among 1,000 hooks whose
 * regular expressions take exponential time elsewhere: for keys made to be expensive, and
 * for an ordinary one of the same length.
 */
public final class HostileKeyCost {

	private static final int LENGTH = 10_000;

	private static final int PATTERNS = 1_000;

	private static final int ROUNDS = 3;

	/** Each with a number, so that all are different. */
	private static final List<String> HOSTILE = List.of("(a+)+%d$", "(a|aa)+%d$", "(a|a?)+%d$", "(.*a){8}%d$",
			"^(([a-z])+.)+[A-Z]([a-z])+%d$", "(x+x+)+y%d", "(a?){20}a{20}%d$", "([a-zA-Z]+)*%d$", "(ab?)*c%d$",
			"(.|a)*b%d$");

	private HostileKeyCost() {
	}

	/**
	 * Measures, and prints a table.
	 * @param args none
	 */
	public static void main(String... args) {
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		for (int number = 0; number < PATTERNS; number++) {
			String regex = HOSTILE.get(number % HOSTILE.size()).formatted(number);
			engine.getRegistry().register(KvHookOptions.defaults().filter(KeyFilter.regex(regex)), (event) -> {
			});
		}
		engine.start();
		List<String> names = List.of("ordinary", "a…a!", "x…x", "ab…ab", "aX.aX.…");
		List<String> keys = List.of(ordinary(), "a".repeat(LENGTH - 1) + "!", "x".repeat(LENGTH),
				"ab".repeat(LENGTH / 2), "aX.".repeat(LENGTH / 3) + "a");
		List<List<Long>> nanos = new ArrayList<>();
		keys.forEach((key) -> nanos.add(new ArrayList<>()));
		// in turn, so that a slow moment of the machine hits all of them
		for (int round = -1; round < ROUNDS; round++) {
			for (int index = 0; index < keys.size(); index++) {
				long took = dispatch(engine.getDispatcher(), keys.get(index));
				if (round >= 0) {
					nanos.get(index).add(took);
				}
			}
		}
		engine.stop();
		double ordinary = median(nanos.get(0));
		System.out.println("| key of 10,000 characters | p50 ms | ratio |\n|---|---:|---:|");
		for (int index = 0; index < keys.size(); index++) {
			double took = median(nanos.get(index));
			System.out.printf("| `%s` | %.1f | %.2f |%n", names.get(index), took, took / ordinary);
		}
	}

	private static long dispatch(KvEventDispatcher dispatcher, String key) {
		KvEvent event = KvEventBuilder.forKey(HostileKeyCost.class, key, new PlainKvCodec())
			.value(new byte[] { 1 })
			.set(KvEventType.SET);
		long start = System.nanoTime();
		dispatcher.dispatch(KvEventType.SET, List.of(key), (events) -> events.accept(event));
		return System.nanoTime() - start;
	}

	private static String ordinary() {
		Random random = new Random(7);
		StringBuilder key = new StringBuilder(LENGTH);
		while (key.length() < LENGTH) {
			key.append("order:")
				.append(random.nextInt(100_000))
				.append(":line-")
				.append(random.nextInt(100))
				.append(':');
		}
		return key.substring(0, LENGTH);
	}

	private static double median(List<Long> nanos) {
		Long[] sorted = nanos.toArray(Long[]::new);
		Arrays.sort(sorted);
		return sorted[sorted.length / 2] / (double) TimeUnit.MILLISECONDS.toNanos(1);
	}

}
