package io.github.kvevents.benchmarks.measure;

import java.util.Locale;

/**
 * What a line of a row is to reach.
 *
 * @param line the id of the line
 * @param ofRatio whether the ratio to the peer counts, or our own figure
 * @param atMost whether it is an upper bound, or a lower one
 * @param bound the bound
 */
public record Goal(String line, boolean ofRatio, boolean atMost, double bound) {

	public static Goal ratioAtMost(String line, double bound) {
		return new Goal(line, true, true, bound);
	}

	public static Goal ratioAtLeast(String line, double bound) {
		return new Goal(line, true, false, bound);
	}

	public static Goal atMost(String line, double bound) {
		return new Goal(line, false, true, bound);
	}

	boolean isMet(double figure) {
		return this.atMost ? figure <= this.bound : figure >= this.bound;
	}

	String text(String unit) {
		String bound = (this.bound == Math.rint(this.bound)) ? String.format(Locale.ROOT, "%,.0f", this.bound)
				: String.format(Locale.ROOT, "%s", this.bound);
		return (this.atMost ? "≤ " : "≥ ") + bound + (this.ofRatio ? " ×" : " " + unit);
	}

}
