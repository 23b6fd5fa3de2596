package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.kvevents.benchmarks.fixture.JavaProcess;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.RowReport;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.report.ReportFile;

/**
 * Measures a row in a process of its own: what the compiler has learned of other rows
 * doesn't matter there, and it is ended if it takes too long.
 */
final class RowProcess {

	private static final List<String> OPTIONS = List.of("-Xms1g", "-Xmx3g");

	private RowProcess() {
	}

	static RowReport run(Row row, Scale scale) throws IOException, InterruptedException {
		Path file = Files.createTempFile("row", ".json");
		Duration limit = Duration.ofMinutes(scale.pick(4, 25));
		long start = System.nanoTime();
		try (JavaProcess process = JavaProcess.start(OPTIONS, JavaProcess.classpath(), Benchmarks.class,
				List.of("row", row.id(), scale.name(), file.toString()))) {
			int exit = process.await(limit);
			if (exit == 0) {
				return ReportFile.readRow(file);
			}
			return RowReport.failed(row, (System.nanoTime() - start) / 1e9,
					(exit < 0) ? "took longer than " + limit.toMinutes() + " min" : "the process ended with " + exit);
		}
		finally {
			Files.delete(file);
		}
	}

}
