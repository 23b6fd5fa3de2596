package io.github.kvevents.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.benchmarks.measure.Line;
import io.github.kvevents.benchmarks.measure.Line.Verdict;
import io.github.kvevents.benchmarks.measure.RowReport;
import io.github.kvevents.benchmarks.measure.Series;

/**
 * Reports as tables, for the console and in Markdown.
 */
public final class Tables {

	private Tables() {
	}

	/**
	 * A row for the console.
	 */
	public static String console(RowReport report) {
		StringBuilder text = new StringBuilder(
				"\n%s  %s, against %s%n".formatted(report.id(), report.title(), report.against().replace("`", "")));
		if (!report.differs().isEmpty()) {
			text.append("  guarantees differ: ").append(report.differs().replace("`", "")).append('\n');
		}
		for (Line line : report.lines()) {
			text.append(String.format(Locale.ROOT, "  %-46s %14s  %-46s %-26s %-10s %s%n", line.what(),
					Figures.text(line.ours(), line.unit()), peer(line), Figures.ratio(line.ratio()), text(line.goal()),
					line.verdict().text().toUpperCase(Locale.ROOT) + note(line)));
		}
		return text.toString();
	}

	private static String peer(Line line) {
		return (line.peer() != null) ? line.peer() + ": " + Figures.text(line.theirs(), line.unit()) : "";
	}

	private static String text(@Nullable String text) {
		return (text != null) ? text : "";
	}

	private static String note(Line line) {
		return (line.note() != null) ? " (" + line.note() + ")" : "";
	}

	/**
	 * How many goals were met.
	 */
	public static String summary(Report report) {
		return "Goals: %d met, %d missed, %d not measured".formatted(count(report, Verdict.MET),
				count(report, Verdict.MISSED), count(report, Verdict.NOT_MEASURED));
	}

	private static long count(Report report, Verdict verdict) {
		return report.rows().stream().mapToLong((row) -> row.count(verdict)).sum();
	}

	/**
	 * Where and with what it was measured.
	 */
	static String run(Report report) {
		return report.run()
			.entrySet()
			.stream()
			.map((fact) -> "| %s | %s |\n".formatted(fact.getKey(), fact.getValue()))
			.collect(Collectors.joining("", "| | |\n|---|---|\n", ""));
	}

	/**
	 * Each goal with what became of it.
	 */
	static String goals(Report report) {
		StringBuilder table = new StringBuilder("""
				| row | figure | kv-events | against | ratio (quartiles) | goal | verdict | guarantees differ |
				|---|---|---:|---|---:|---:|---|---|
				""");
		for (RowReport row : report.rows()) {
			List<Line> lines = row.lines().stream().filter((line) -> line.goal() != null).toList();
			for (Line line : lines) {
				table.append("| %s | %s | %s | %s | %s | %s | %s | %s |\n".formatted(row.title(), line.what(),
						Figures.text(line.ours(), line.unit()), peer(line), Figures.ratio(line.ratio()),
						text(line.goal()), verdict(line), row.differs()));
			}
		}
		return table + "\n" + summary(report) + ".\n";
	}

	private static String verdict(Line line) {
		String verdict = line.verdict().text();
		return ((line.verdict() == Verdict.MET) ? verdict : "**" + verdict + "**") + note(line);
	}

	/**
	 * The figures that have no goal.
	 */
	static String others(Report report) {
		StringBuilder table = new StringBuilder("""
				| row | figure | kv-events | beside | ratio (quartiles) |
				|---|---|---:|---|---:|
				""");
		report.rows()
			.forEach((row) -> row.lines()
				.stream()
				.filter((line) -> line.verdict() == Verdict.NO_GOAL)
				.forEach((line) -> table
					.append("| %s | %s | %s | %s | %s |\n".formatted(row.title(), line.what() + note(line),
							Figures.text(line.ours(), line.unit()), peer(line), Figures.ratio(line.ratio())))));
		return table.toString();
	}

	/**
	 * How costs grow.
	 */
	static String growth(Report report) {
		StringBuilder table = new StringBuilder("""
				| cost | by | figures | slope |
				|---|---|---|---:|
				""");
		report.rows()
			.stream()
			.flatMap((row) -> row.series().stream())
			.forEach((series) -> table.append("| %s | %s | %s | %s |\n".formatted(series.what(), series.by(),
					points(series), Figures.number(series.slope()))));
		return table.toString();
	}

	private static String points(Series series) {
		return series.points()
			.stream()
			.map((point) -> "%,d: %s".formatted(point.number(), Figures.text(point.figure(), series.unit())))
			.collect(Collectors.joining(" · "));
	}

	/**
	 * The figures for the front page.
	 */
	static String front(Report report) {
		StringBuilder table = new StringBuilder("| | kv-events | instead |\n|---|---:|---|\n");
		for (FrontFigure figure : FrontFigure.ALL) {
			report.line(figure.row(), figure.line())
				.ifPresent((line) -> table.append("| %s | %s | %s |\n".formatted(figure.text(),
						Figures.text(line.ours(), line.unit()), peer(line))));
		}
		return table.toString();
	}

	/**
	 * A figure of the front page.
	 *
	 * @param row the row
	 * @param line the line
	 * @param text what it is
	 */
	private record FrontFigure(String row, String line, String text) {

		static final List<FrontFigure> ALL = List.of(
				new FrontFigure("lateness", "p50, beside none, notifications",
						"lateness of 10,000 expiries over 10 s, median"),
				new FrontFigure("lateness", "p50, beside 100,000, notifications",
						"the same beside 100,000 tracked keys"),
				new FrontFigure("lateness", "p50, beside 1,000,000, notifications", "the same beside a million"),
				new FrontFigure("lateness", "p50, beside 1,000,000, Redisson delayed queue", "the same"),
				new FrontFigure("set-1", "p50", "`set`, no hooks, one thread, median"),
				new FrontFigure("tracked-1", "p50", "tracked `set`, one thread, median"),
				new FrontFigure("tracked-8", "rate", "tracked `set`, eight threads"),
				new FrontFigure("tracked-8", "rate-redisson", "the same"),
				new FrontFigure("log-1", "p50", "`set` with the change log, one thread, median"),
				new FrontFigure("batch-set", "loop", "`batchSet` of 10,000 with previous values and events"),
				new FrontFigure("dispatch", "10000", "finding and calling one hook of 10,000"),
				new FrontFigure("listener", "container", "events that a durable listener handles"),
				new FrontFigure("latency", "watch-p50", "from the write to the watch, median"),
				new FrontFigure("latency", "watch-container", "the same"));

	}

}
