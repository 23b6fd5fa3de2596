package io.github.kvevents.benchmarks.measure;

import java.util.List;

/**
 * How a cost grows with the number of something.
 *
 * @param id the id of the series within its row
 * @param what what was measured
 * @param unit the unit of the figures
 * @param by what there is more and more of
 * @param points what was measured, by number
 * @param slope the exponent {@code k} of the curve {@code n^k} that fits best: 0 where
 * the number doesn't matter, 1 where the cost is in proportion
 */
public record Series(String id, String what, String unit, String by, List<Point> points, double slope) {

	static Series of(String id, String what, String unit, String by, List<Point> points) {
		double meanX = points.stream().mapToDouble(Series::x).average().orElseThrow();
		double meanY = points.stream().mapToDouble(Series::y).average().orElseThrow();
		double above = points.stream().mapToDouble((point) -> (x(point) - meanX) * (y(point) - meanY)).sum();
		double below = points.stream().mapToDouble((point) -> Math.pow(x(point) - meanX, 2)).sum();
		return new Series(id, what, unit, by, points, Spread.of(above / below).median());
	}

	private static double x(Point point) {
		return Math.log((double) point.number());
	}

	private static double y(Point point) {
		return Math.log(point.figure().median());
	}

	/**
	 * A point of the curve.
	 *
	 * @param number how many there were, at least 1
	 * @param figure what was measured then
	 */
	public record Point(long number, Spread figure) {

		public static Point of(long number, double figure) {
			return new Point(number, Spread.of(figure));
		}

	}

}
