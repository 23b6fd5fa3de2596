package io.github.kvevents.benchmarks;

import java.util.Locale;
import java.util.Map;

/**
 * Prints the results of {@link ExpiryLateness} as a table in Markdown.
 */
final class LatenessTable {

	private LatenessTable() {
	}

	static String of(Map<LatenessRow, Sides> results) {
		StringBuilder table = new StringBuilder("""
				| | | delivered | early | duplicates | p50 ms | p99 ms | max ms |
				|---|---|---:|---:|---:|---:|---:|---:|
				""");
		results.forEach((row, sides) -> {
			table.append(line(row.title(), "tracking", sides.tracking()));
			table.append(line("", "notifications", sides.notifications()));
			table.append("| | ratio | | | | %s | %s | %s |%n".formatted(ratio(sides, 50), ratio(sides, 99),
					ratio(sides, 100)));
		});
		return table.toString();
	}

	private static String line(String title, String side, LatenessResult result) {
		return String.format(Locale.ROOT, "| %s | %s | %.1f %% | %d | %d | %s | %s | %s |%n", title, side,
				result.deliveredPercent(), result.early(), result.duplicates(), millis(result, 50), millis(result, 99),
				millis(result, 100));
	}

	private static String millis(LatenessResult result, double percentile) {
		double millis = value(result, percentile);
		return (result.isKnown(percentile) ? "" : "> ")
				+ String.format(Locale.ROOT, (millis < 100) ? "%.1f" : "%,.0f", millis);
	}

	private static String ratio(Sides sides, double percentile) {
		double ratio = value(sides.notifications(), percentile) / value(sides.tracking(), percentile);
		return (sides.notifications().isKnown(percentile) ? "" : "> ") + String.format(Locale.ROOT, "%,.0f", ratio);
	}

	private static double value(LatenessResult result, double percentile) {
		return switch ((int) percentile) {
			case 50 -> result.p50();
			case 99 -> result.p99();
			default -> result.max();
		};
	}

	/**
	 * Both sides of one row.
	 *
	 * @param tracking what tracking did
	 * @param notifications what the server's notifications did
	 */
	record Sides(LatenessResult tracking, LatenessResult notifications) {

	}

}
