package io.github.kvevents.benchmarks.measure;

import java.util.List;

import io.github.kvevents.benchmarks.measure.Line.Verdict;

/**
 * What was measured of a row.
 *
 * @param id the id of the row
 * @param title what was measured
 * @param against what it was compared with
 * @param differs how the guarantees of the two differ
 * @param seconds how long it took
 * @param lines the figures
 * @param series the figures by number, of rows that say how a cost grows
 */
public record RowReport(String id, String title, String against, String differs, double seconds, List<Line> lines,
		List<Series> series) {

	/**
	 * A row that failed: its goals are listed all the same.
	 */
	public static RowReport failed(Row row, double seconds, String why) {
		return new RowReport(row.id(), row.title(), row.against(), row.differs(), seconds,
				row.goals().stream().map((goal) -> Line.notMeasured(goal, why)).toList(), List.of());
	}

	/**
	 * How many lines have this verdict.
	 */
	public long count(Verdict verdict) {
		return this.lines.stream().filter((line) -> line.verdict() == verdict).count();
	}

}
