package io.github.kvevents.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.benchmarks.measure.Line.Verdict;
import io.github.kvevents.benchmarks.measure.Series.Point;

/**
 * Takes what a row measures, and judges it by the goals of the row.
 */
public final class Results {

	private final Row row;

	private final List<Line> lines = new ArrayList<>();

	private final List<Series> series = new ArrayList<>();

	private @Nullable String note;

	public Results(Row row) {
		this.row = row;
	}

	/**
	 * Adds a note to the next line.
	 */
	public Results note(String note) {
		this.note = note;
		return this;
	}

	/**
	 * Adds a figure of kv-events alone.
	 */
	public void figure(String id, String what, String unit, List<Double> ours) {
		add(id, what, unit, Spread.of(ours), null, null, null, false);
	}

	/**
	 * Adds a figure beside that of a peer; the ratio is ours by theirs.
	 */
	public void compare(String id, String what, String unit, List<Double> ours, String peer, List<Double> theirs) {
		add(id, what, unit, Spread.of(ours), peer, Spread.of(theirs), ratio(ours, theirs), false);
	}

	/**
	 * Adds a figure beside that of a peer; the ratio is theirs by ours.
	 */
	public void times(String id, String what, String unit, List<Double> ours, String peer, List<Double> theirs) {
		add(id, what, unit, Spread.of(ours), peer, Spread.of(theirs), ratio(theirs, ours), true);
	}

	private static Spread ratio(List<Double> above, List<Double> below) {
		List<Double> ratios = new ArrayList<>();
		for (int index = 0; index < Math.min(above.size(), below.size()); index++) {
			ratios.add(above.get(index) / below.get(index));
		}
		return Spread.of(ratios);
	}

	/**
	 * Adds how a cost grows, and its slope as a line with the same id.
	 */
	public void series(String id, String what, String unit, String by, List<Point> points) {
		Series added = Series.of(id, what, unit, by, points);
		this.series.add(added);
		add(id, what + ", exponent by " + by, "", Spread.of(added.slope()), null, null, null, false);
	}

	private void add(String id, String what, String unit, Spread ours, @Nullable String peer, @Nullable Spread theirs,
			@Nullable Spread ratio, boolean inverse) {
		Line line = new Line(id, what, unit, ours, peer, theirs, ratio, inverse, this.note, null, Verdict.NO_GOAL);
		this.lines.add(line.judged(goal(id)));
		this.note = null;
	}

	private @Nullable Goal goal(String line) {
		return this.row.goals().stream().filter((goal) -> goal.line().equals(line)).findFirst().orElse(null);
	}

	/**
	 * Everything that was added, and the goals of which there is no figure.
	 * @param seconds how long it took
	 * @param why why goals without a figure have none
	 */
	public RowReport report(double seconds, String why) {
		List<Line> all = new ArrayList<>(this.lines);
		this.row.goals()
			.stream()
			.filter((goal) -> this.lines.stream().noneMatch((line) -> line.id().equals(goal.line())))
			.forEach((goal) -> all.add(Line.notMeasured(goal, why)));
		return new RowReport(this.row.id(), this.row.title(), this.row.against(), this.row.differs(),
				Spread.of(seconds).median(), all, List.copyOf(this.series));
	}

}
