package io.github.kvevents.benchmarks.report;

import java.util.Locale;

/**
 * Draws, in colours for light and for dark pages: which of them is up to the reader's
 * setting.
 */
final class Svg {

	private static final String STYLE = """
			<style>
			text { font: 12px sans-serif; fill: #24292f }
			.faint { fill: #6e7781 }
			.axis { stroke: #d0d7de; fill: none }
			.ours { fill: #2f9e6e; stroke: #2f9e6e }
			.peer { fill: #d9822b; stroke: #d9822b }
			.missed { fill: #cf4a4a; stroke: #cf4a4a }
			path.line { fill: none; stroke-width: 2 }
			@media (prefers-color-scheme: dark) {
			text { fill: #e6edf3 }
			.faint { fill: #8b949e }
			.axis { stroke: #3d444d }
			.ours { fill: #4cc38a; stroke: #4cc38a }
			.peer { fill: #e9a05b; stroke: #e9a05b }
			.missed { fill: #f0716f; stroke: #f0716f }
			}
			</style>
			""";

	private final StringBuilder text = new StringBuilder();

	Svg(int width, int height, String title) {
		this.text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
			.formatted(width, height));
		this.text.append("<title>").append(escape(title)).append("</title>\n").append(STYLE);
	}

	void text(double x, double y, String anchor, String style, String text) {
		this.text.append(String.format(Locale.ROOT, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\"%s>%s</text>\n", x,
				y, anchor, style.isEmpty() ? "" : " class=\"" + style + "\"", escape(text)));
	}

	void bar(double x, double y, double width, double height, String style) {
		this.text.append(String.format(Locale.ROOT,
				"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x, y, Math.max(1, width),
				height, style));
	}

	void path(String data, String style) {
		this.text.append("<path d=\"%s\" class=\"%s\"/>\n".formatted(data, style));
	}

	void vertical(double x, double from, double to) {
		path(String.format(Locale.ROOT, "M%.1f %.1fV%.1f", x, from, to), "axis");
	}

	private static String escape(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "");
	}

	@Override
	public String toString() {
		return this.text + "</svg>\n";
	}

}
