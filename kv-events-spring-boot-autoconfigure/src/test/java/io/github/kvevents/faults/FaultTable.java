package io.github.kvevents.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

import io.github.kvevents.faults.FaultRun.Result;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.Operation.Outcome;

/**
 * The results of runs as the table of {@code docs/reliability.md}: printed, and written
 * to {@code target/faults.md}.
 */
final class FaultTable {

	private static final Path FILE = Path.of("target", "faults.md");

	private static final String HEAD = """
			| fault | count | operations | acknowledged | unknown | lost | reordered | changes redelivered | expiries | expiries redelivered | gaps | recovery median | max | longest call |
			|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
			""";

	private FaultTable() {
	}

	static void begin() {
		write(HEAD, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
	}

	static void add(Result result) {
		Findings findings = result.findings();
		long lost = findings.getLost() + findings.count(Invariant.ACKNOWLEDGED);
		long reordered = findings.count(Invariant.ORDER) + findings.count(Invariant.LATE)
				+ findings.count(Invariant.DELIVERY_ORDER);
		write("| %s | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %s | %s | %,d ms |%n".formatted(
				result.fault(), result.count(), result.history().operations().size(),
				count(result, Outcome.ACKNOWLEDGED), count(result, Outcome.UNKNOWN), lost, reordered,
				findings.getRedelivered(), result.expired(), findings.getExpiredTwice(), result.history().gaps().size(),
				time(result.recovery(), 0.5), time(result.recovery(), 1), findings.getLongestCall().toMillis()),
				StandardOpenOption.APPEND);
	}

	private static long count(Result result, Outcome outcome) {
		return result.history()
			.operations()
			.values()
			.stream()
			.filter((operation) -> operation.outcome() == outcome)
			.count();
	}

	private static String time(List<Duration> times, double quantile) {
		if (times.isEmpty()) {
			return "–";
		}
		long millis = times.get((int) Math.ceil(quantile * times.size()) - 1).toMillis();
		return (millis < 10_000) ? millis + " ms" : "%.1f s".formatted(millis / 1000.0);
	}

	private static void write(String text, StandardOpenOption... options) {
		System.out.print(text);
		try {
			Files.createDirectories(FILE.getParent());
			Files.writeString(FILE, text, options);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
