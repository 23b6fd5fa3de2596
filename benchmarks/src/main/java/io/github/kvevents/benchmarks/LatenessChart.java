package io.github.kvevents.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.kvevents.benchmarks.LatenessTable.Sides;

/**
 * Draws the results of {@link ExpiryLateness}: for each row and side a bar from nothing
 * to the median and a mark at the 99th percentile, on a logarithmic scale. Middle grey
 * and two colours of middle lightness are readable on light and dark pages.
 */
final class LatenessChart {

	private static final int LEFT = 270;

	private static final int WIDTH = 440;

	private static final int ROW = 52;

	private static final int TOP = 58;

	/** A tenth of a millisecond to a thousand seconds. */
	private static final int FIRST_DECADE = -1;

	private static final int DECADES = 6;

	private static final String TRACKING = "#2f9e6e";

	private static final String NOTIFICATIONS = "#d9822b";

	private final StringBuilder svg = new StringBuilder();

	private LatenessChart() {
	}

	static String of(Map<LatenessRow, Sides> results) {
		LatenessChart chart = new LatenessChart();
		chart.draw(results);
		return chart.svg.toString();
	}

	private void draw(Map<LatenessRow, Sides> results) {
		int bottom = TOP + results.size() * ROW;
		this.svg.append("""
				<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="sans-serif" \
				font-size="13" fill="#808080">
				<title>How late expiries come: tracking and notifications side by side</title>
				""".formatted(LEFT + WIDTH + 90, bottom + 34));
		legend();
		axis(bottom);
		int y = TOP;
		for (Map.Entry<LatenessRow, Sides> entry : results.entrySet()) {
			text(LEFT - 10, y + 29, "end", entry.getKey().title());
			bar(y + 9, TRACKING, entry.getValue().tracking());
			bar(y + 27, NOTIFICATIONS, entry.getValue().notifications());
			y += ROW;
		}
		this.svg.append("</svg>\n");
	}

	private void legend() {
		int x = LEFT;
		for (String side : List.of("tracking", "notifications")) {
			rectangle(x, 12, 14, 12, side.equals("tracking") ? TRACKING : NOTIFICATIONS);
			text(x + 20, 23, "start", side);
			x += 105;
		}
		text(x + 10, 23, "start", "bar: median, line: p99");
	}

	private void axis(int bottom) {
		for (int decade = 0; decade <= DECADES; decade++) {
			int x = LEFT + decade * WIDTH / DECADES;
			this.svg
				.append("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#808080\" stroke-opacity=\"0.35\"/>\n"
					.formatted(x, TOP - 8, x, bottom));
			text(x, bottom + 20, "middle", label(decade + FIRST_DECADE));
		}
	}

	private static String label(int exponent) {
		return switch (exponent) {
			case -1 -> "0.1 ms";
			case 0, 1, 2 -> String.format(Locale.ROOT, "%.0f ms", Math.pow(10, exponent));
			default -> String.format(Locale.ROOT, "%.0f s", Math.pow(10, exponent - 3));
		};
	}

	private void bar(int y, String colour, LatenessResult result) {
		int median = position(result.p50());
		int p99 = position(result.p99());
		rectangle(LEFT, y, median, 14, colour);
		this.svg.append("<path d=\"M%d %dH%dM%d %dV%d\" stroke=\"%s\" stroke-width=\"2\"/>\n".formatted(LEFT + median,
				y + 7, LEFT + p99, LEFT + p99, y + 2, y + 12, colour));
		if (!result.isKnown(99)) {
			text(LEFT + p99 + 6, y + 12, "start",
					String.format(Locale.ROOT, "%.1f %% came", result.deliveredPercent()));
		}
	}

	private static int position(double millis) {
		double decades = Math.log10(millis) - FIRST_DECADE;
		return (int) Math.round(Math.min(DECADES, Math.max(0, decades)) * WIDTH / DECADES);
	}

	private void rectangle(int x, int y, int width, int height, String colour) {
		this.svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n".formatted(x, y, width,
				height, colour));
	}

	private void text(int x, int y, String anchor, String text) {
		this.svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n".formatted(x, y, anchor, text));
	}

}
