package io.github.kvevents.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of all sides of a part of {@link ClusterWriteCost}.
 */
record ClusterWriteRounds(Map<ClusterWriter, List<ClusterWriteRounds.Round>> rounds) {

	void print() {
		System.out.println("| | p50 µs | CPU of the servers µs | in scripts µs | scripts | reads of sockets |");
		System.out.println("|---|---:|---:|---:|---:|---:|");
		this.rounds.forEach((side,
				measured) -> System.out.println(String.format(Locale.ROOT,
						"| %s | %,.1f | %,.1f | %,.1f | %,.2f | %,.2f |", side.name(), median(measured, Round::p50),
						median(measured, Round::cpuMicros), median(measured, Round::scriptMicros),
						median(measured, Round::scripts), median(measured, Round::reads))));
	}

	/**
	 * How many times as much the other side is, the median of the rounds.
	 */
	void print(String figureName, List<Comparison> comparisons, ToDoubleFunction<Round> figure) {
		for (Comparison comparison : comparisons) {
			List<Round> ones = Objects.requireNonNull(this.rounds.get(comparison.one()));
			List<Round> others = Objects.requireNonNull(this.rounds.get(comparison.other()));
			double[] ratios = new double[ones.size()];
			for (int index = 0; index < ratios.length; index++) {
				ratios[index] = figure.applyAsDouble(others.get(index)) / figure.applyAsDouble(ones.get(index));
			}
			Arrays.sort(ratios);
			System.out.println(String.format(Locale.ROOT, "%s, %s: %.3f (%.3f to %.3f)", figureName, comparison.what(),
					ratios[ratios.length / 2], ratios[ratios.length / 4], ratios[ratios.length * 3 / 4]));
		}
	}

	private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
		double[] figures = rounds.stream().mapToDouble(figure).sorted().toArray();
		return figures[figures.length / 2];
	}

	/**
	 * One side, some time: microseconds, scripts and reads of sockets for each call.
	 */
	record Round(double p50, double cpuMicros, double scriptMicros, double scripts, double reads) {

	}

	/**
	 * Two sides, of which the second is to cost not much more.
	 */
	record Comparison(String what, ClusterWriter one, ClusterWriter other) {

	}

}
