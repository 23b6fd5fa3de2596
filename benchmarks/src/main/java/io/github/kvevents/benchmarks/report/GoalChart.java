package io.github.kvevents.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.benchmarks.measure.Line;
import io.github.kvevents.benchmarks.measure.Line.Verdict;
import io.github.kvevents.benchmarks.measure.RowReport;
import io.github.kvevents.benchmarks.measure.Spread;

/**
 * How each figure relates to its goal: bars to the right are better than it, bars to the
 * left are worse, on a logarithmic scale.
 */
final class GoalChart {

	private static final int LEFT = 430;

	private static final int HALF = 190;

	private static final int STEP = 17;

	private static final int TOP = 46;

	/** The factor at both ends. */
	private static final double MOST = 4;

	private GoalChart() {
	}

	static String of(Report report) {
		List<Bar> bars = bars(report);
		int bottom = TOP + bars.size() * STEP;
		Svg svg = new Svg(LEFT + 2 * HALF + 110, bottom + 30, "Each figure beside its goal");
		svg.text(LEFT + HALF, 16, "middle", "", "goal");
		for (double factor : new double[] { 1 / MOST, 0.5, 1, 2, MOST }) {
			svg.vertical(x(factor), TOP - 8, bottom);
			svg.text(x(factor), TOP - 14, "middle", "faint", factor == 1 ? "1" : Figures.number(factor) + " ×");
		}
		int y = TOP;
		for (Bar bar : bars) {
			double end = x(bar.factor());
			double start = x(1);
			svg.text(LEFT - 8, y + 11, "end", "", bar.title());
			svg.bar(Math.min(start, end), y + 2, Math.abs(end - start), STEP - 5, bar.met() ? "ours" : "missed");
			svg.text(LEFT + 2 * HALF + 8, y + 11, "start", "faint", bar.figure());
			y += STEP;
		}
		svg.text(LEFT + HALF + 6, bottom + 18, "start", "faint", "better →");
		svg.text(LEFT + HALF - 6, bottom + 18, "end", "faint", "← worse");
		return svg.toString();
	}

	private static double x(double factor) {
		double share = Math.log(Math.max(1 / MOST, Math.min(MOST, factor))) / Math.log(MOST);
		return LEFT + HALF + share * HALF;
	}

	private static List<Bar> bars(Report report) {
		List<Bar> bars = new ArrayList<>();
		for (RowReport row : report.rows()) {
			if (!row.series().isEmpty()) {
				// slopes have a chart of their own
				continue;
			}
			for (Line line : row.lines()) {
				String goal = line.goal();
				boolean judged = line.verdict() == Verdict.MET || line.verdict() == Verdict.MISSED;
				if (goal != null && judged) {
					bars.add(bar(row.id(), line, goal));
				}
			}
		}
		return bars;
	}

	private static Bar bar(String row, Line line, String goal) {
		String[] parts = goal.split(" ");
		double bound = Double.parseDouble(parts[1].replace(",", ""));
		Spread figure = parts[2].equals("×") ? line.ratio() : line.ours();
		double value = (figure != null) ? figure.median() : bound;
		boolean atMost = parts[0].equals("≤");
		double factor = atMost ? (bound + 1e-9) / (value + 1e-9) : value / bound;
		return new Bar(row + ": " + line.what(), factor, Figures.number(value) + " (" + goal + ")",
				line.verdict() == Verdict.MET);
	}

	/**
	 * One figure.
	 *
	 * @param title what it is
	 * @param factor how many times better it is than its goal
	 * @param figure the figure, as text
	 * @param met whether the goal was met
	 */
	private record Bar(String title, double factor, String figure, boolean met) {

	}

}
