package io.github.kvevents.benchmarks.measure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collection;

/**
 * Figures of several rounds.
 *
 * @param median the median
 * @param low the first quartile
 * @param high the third quartile
 */
public record Spread(double median, double low, double high) {

	/** Four digits are more than any of it is worth. */
	private static final MathContext DIGITS = new MathContext(4);

	public static Spread of(Collection<Double> values) {
		double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75));
	}

	/**
	 * A figure of which there is only one.
	 */
	public static Spread of(double value) {
		return new Spread(round(value), round(value), round(value));
	}

	private static double quantile(double[] sorted, double share) {
		if (sorted.length == 0) {
			throw new IllegalArgumentException("Nothing was measured");
		}
		double position = share * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return round(sorted[below] + (position - below) * (sorted[above] - sorted[below]));
	}

	private static double round(double value) {
		if (!Double.isFinite(value)) {
			throw new IllegalArgumentException("No figure: " + value);
		}
		return new BigDecimal(value).round(DIGITS).doubleValue();
	}

	/**
	 * The median of some values.
	 */
	public static double median(double... values) {
		return of(Arrays.stream(values).boxed().toList()).median();
	}

}
