package io.github.kvevents.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.github.kvevents.benchmarks.measure.Line;
import io.github.kvevents.benchmarks.measure.Spread;

/**
 * How late expiries come, in the median, on a logarithmic scale.
 */
final class LatenessChart {

	private static final int LEFT = 330;

	private static final int WIDTH = 440;

	private static final int STEP = 18;

	private static final int TOP = 30;

	/** A tenth of a millisecond to a thousand seconds. */
	private static final int FIRST_DECADE = -1;

	private static final int DECADES = 7;

	private LatenessChart() {
	}

	static String of(Report report) {
		Map<String, Spread> bars = new LinkedHashMap<>();
		report.rows()
			.stream()
			.filter((row) -> row.id().startsWith("lateness"))
			.forEach((row) -> row.lines()
				.stream()
				.filter((line) -> line.id().startsWith("p50"))
				.forEach((line) -> add(bars,
						row.id().equals("lateness") ? "" : row.title().replaceAll("lateness of | expiries", "") + ", ",
						line)));
		int bottom = TOP + bars.size() * STEP;
		Svg svg = new Svg(LEFT + WIDTH + 90, bottom + 30, "How late expiries come, in the median");
		for (int decade = 0; decade <= DECADES; decade++) {
			double x = LEFT + (double) decade * WIDTH / DECADES;
			svg.vertical(x, TOP - 6, bottom);
			svg.text(x, bottom + 18, "middle", "faint", label(decade + FIRST_DECADE));
		}
		int y = TOP;
		for (Map.Entry<String, Spread> bar : bars.entrySet()) {
			double width = width(bar.getValue().median());
			svg.text(LEFT - 8, y + 12, "end", "", bar.getKey());
			svg.bar(LEFT, y + 2, width, STEP - 5, bar.getKey().endsWith("kv-events") ? "ours" : "peer");
			svg.text(LEFT + width + 6, y + 12, "start", "faint", Figures.text(bar.getValue(), "ms"));
			y += STEP;
		}
		return svg.toString();
	}

	private static void add(Map<String, Spread> bars, String row, Line line) {
		if (line.ours() != null && line.theirs() != null) {
			String group = row + line.what().replace("p50, ", "").replace("p50", "");
			bars.putIfAbsent(join(group, "kv-events"), line.ours());
			bars.put(join(group, String.valueOf(line.peer())), line.theirs());
		}
	}

	private static String join(String group, String side) {
		return group.endsWith(", ") ? group + side : group + ", " + side;
	}

	private static String label(int exponent) {
		return (exponent < 0) ? "0.1 ms"
				: (exponent < 3) ? String.format(Locale.ROOT, "%.0f ms", Math.pow(10, exponent))
						: String.format(Locale.ROOT, "%.0f s", Math.pow(10, exponent - 3));
	}

	private static double width(double millis) {
		double decades = Math.log10(millis) - FIRST_DECADE;
		return Math.min(DECADES, Math.max(0, decades)) * WIDTH / DECADES;
	}

}
