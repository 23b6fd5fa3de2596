package io.github.kvevents.benchmarks.measure;

import java.util.List;

/**
 * A row of the report: what is measured, with its goals. It runs in a process of its own.
 *
 * @param id names it on the command line
 * @param title what is measured
 * @param against what it is compared with
 * @param differs how the guarantees of the two differ; empty if they are the same
 * @param goals the goals, at most one for each line
 * @param measurement measures
 */
public record Row(String id, String title, String against, String differs, List<Goal> goals, Measurement measurement) {

	/**
	 * Starts a row that has no goals.
	 */
	public static Row of(String id, String title, String against, Measurement measurement) {
		return new Row(id, title, against, "", List.of(), measurement);
	}

	public Row differs(String differs) {
		return new Row(this.id, this.title, this.against, differs, this.goals, this.measurement);
	}

	public Row goals(Goal... goals) {
		return new Row(this.id, this.title, this.against, this.differs, List.of(goals), this.measurement);
	}

	/**
	 * Measures a row.
	 */
	@FunctionalInterface
	public interface Measurement {

		void measure(Scale scale, Results results) throws Exception;

	}

}
