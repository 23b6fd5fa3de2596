package io.github.kvevents.benchmarks.report;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.benchmarks.measure.Spread;

/**
 * Figures as text.
 */
final class Figures {

	private Figures() {
	}

	static String text(@Nullable Spread spread, String unit) {
		return (spread != null) ? (number(spread.median()) + " " + unit).strip() : "";
	}

	/**
	 * A ratio with its quartiles.
	 */
	static String ratio(@Nullable Spread ratio) {
		return (ratio != null)
				? "%s × (%s to %s)".formatted(number(ratio.median()), number(ratio.low()), number(ratio.high())) : "";
	}

	static String number(double number) {
		double size = Math.abs(number);
		String pattern = (size == 0 || size >= 100) ? "%,.0f"
				: (size >= 10) ? "%.1f" : (size >= 0.01) ? "%.2f" : "%.4f";
		return String.format(Locale.ROOT, pattern, number);
	}

}
