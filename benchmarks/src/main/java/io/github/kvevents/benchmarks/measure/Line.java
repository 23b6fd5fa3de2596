package io.github.kvevents.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * One figure of a row, beside that of a peer where there is one.
 *
 * @param id the id of the line within its row
 * @param what what was measured
 * @param unit the unit of the figures
 * @param ours what was measured of kv-events, {@code null} if it was not measured
 * @param peer what it is compared with
 * @param theirs what was measured of that
 * @param ratio the quotients of the rounds that ran side by side: ours by theirs, or the
 * other way round where {@code inverse}
 * @param inverse whether a larger ratio means that the peer's figure is larger
 * @param note what to know about the figure
 * @param goal the goal, as text; {@code null} if there is none
 * @param verdict what became of it
 */
public record Line(String id, String what, String unit, @Nullable Spread ours, @Nullable String peer,
		@Nullable Spread theirs, @Nullable Spread ratio, boolean inverse, @Nullable String note, @Nullable String goal,
		Verdict verdict) {

	static Line notMeasured(Goal goal, String why) {
		return new Line(goal.line(), goal.line(), "", null, null, null, null, false, why, goal.text(""),
				Verdict.NOT_MEASURED);
	}

	Line judged(@Nullable Goal goal) {
		Spread figure = (goal != null && goal.ofRatio()) ? this.ratio : this.ours;
		if (goal == null || figure == null) {
			return this;
		}
		return new Line(this.id, this.what, this.unit, this.ours, this.peer, this.theirs, this.ratio, this.inverse,
				this.note, goal.text(this.unit), goal.isMet(figure.median()) ? Verdict.MET : Verdict.MISSED);
	}

	/**
	 * Whether a goal was reached.
	 */
	public enum Verdict {

		/** The goal was reached. */
		MET,

		/** The goal was not reached. */
		MISSED,

		/** There is a goal, and no figure. */
		NOT_MEASURED,

		/** There is no goal. */
		NO_GOAL;

		/**
		 * As a reader expects it.
		 */
		public String text() {
			return (this == NO_GOAL) ? "" : name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
		}

	}

}
