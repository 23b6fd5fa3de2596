package io.github.kvevents.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Has several sides take turns, each time in another order.
 */
public final class Alternating {

	private Alternating() {
	}

	/**
	 * Runs them.
	 * @param warmUps how many rounds don't count
	 * @param rounds how many count
	 * @param sides what to run, by name
	 * @return what each returned, by name, in the order of the rounds
	 */
	public static <T> Map<String, List<T>> run(int warmUps, int rounds, Map<String, Callable<T>> sides)
			throws Exception {
		List<String> names = List.copyOf(sides.keySet());
		Map<String, List<T>> results = new LinkedHashMap<>();
		for (int round = -warmUps; round < rounds; round++) {
			for (int turn = 0; turn < names.size(); turn++) {
				String name = names.get(Math.floorMod(round + turn, names.size()));
				T result = call(sides, name);
				if (round >= 0) {
					results.computeIfAbsent(name, (key) -> new ArrayList<>()).add(result);
				}
			}
		}
		return results;
	}

	private static <T> T call(Map<String, Callable<T>> sides, String name) throws Exception {
		Callable<T> side = sides.get(name);
		if (side == null) {
			throw new IllegalArgumentException("No side " + name);
		}
		return side.call();
	}

}
