package io.github.kvevents.benchmarks.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.kvevents.benchmarks.measure.Line;
import io.github.kvevents.benchmarks.measure.RowReport;

/**
 * A run of rows.
 *
 * @param run when, on which machine, with which versions
 * @param rows what was measured
 */
public record Report(Map<String, String> run, List<RowReport> rows) {

	/**
	 * A line, if it has a figure.
	 */
	Optional<Line> line(String row, String line) {
		return this.rows.stream()
			.filter((report) -> report.id().equals(row))
			.flatMap((report) -> report.lines().stream())
			.filter((found) -> found.id().equals(line) && found.ours() != null)
			.findFirst();
	}

}
