package io.github.kvevents.benchmarks.report;

import java.util.List;
import java.util.Locale;

import io.github.kvevents.benchmarks.measure.Series;
import io.github.kvevents.benchmarks.measure.Series.Point;

/**
 * A small chart for each series, logarithmic in both directions: flat where the number
 * doesn't matter, along the faint line where the cost is in proportion.
 */
final class GrowthChart {

	private static final int COLUMNS = 3;

	private static final int WIDTH = 250;

	private static final int HEIGHT = 150;

	private static final int PLOT = 84;

	private static final int MARGIN = 16;

	private GrowthChart() {
	}

	static String of(Report report) {
		List<Series> all = report.rows().stream().flatMap((row) -> row.series().stream()).toList();
		int lines = (all.size() + COLUMNS - 1) / COLUMNS;
		Svg svg = new Svg(COLUMNS * WIDTH, lines * HEIGHT + 10, "How costs grow with the number of something");
		for (int index = 0; index < all.size(); index++) {
			draw(svg, all.get(index), (index % COLUMNS) * WIDTH + MARGIN, index / COLUMNS * HEIGHT + 34);
		}
		return svg.toString();
	}

	private static void draw(Svg svg, Series series, int left, int top) {
		int width = WIDTH - 2 * MARGIN;
		List<Point> points = series.points();
		Point first = points.get(0);
		Point last = points.get(points.size() - 1);
		double decades = Math.max(1e-9, Math.log10((double) last.number() / first.number()));
		svg.text(left, top - 20, "start", "", series.what());
		svg.text(left, top - 6, "start", "faint",
				"by %s, slope %s".formatted(series.by(), Figures.number(series.slope())));
		svg.path("M%d %dV%dH%d".formatted(left, top, top + PLOT, left + width), "axis");
		svg.path("M%d %dL%d %d".formatted(left, top + PLOT, left + width, top), "axis");
		StringBuilder path = new StringBuilder();
		for (Point point : points) {
			double x = left + width * Math.log10((double) point.number() / first.number()) / decades;
			double grown = Math.log10(point.figure().median() / first.figure().median()) / decades;
			double y = top + PLOT - PLOT * Math.max(-0.05, Math.min(1, grown));
			path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x, y));
		}
		svg.path(path.toString(), "ours line");
		svg.text(left, top + PLOT + 14, "start", "faint",
				"%,d: %s".formatted(first.number(), Figures.text(first.figure(), series.unit())));
		svg.text(left + width, top + PLOT + 14, "end", "faint",
				"%,d: %s".formatted(last.number(), Figures.text(last.figure(), series.unit())));
	}

}
