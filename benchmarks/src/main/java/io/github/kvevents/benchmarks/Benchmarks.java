package io.github.kvevents.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.RowReport;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.report.Machine;
import io.github.kvevents.benchmarks.report.Publication;
import io.github.kvevents.benchmarks.report.Report;
import io.github.kvevents.benchmarks.report.ReportFile;
import io.github.kvevents.benchmarks.report.Tables;

/**
 * The command: see the README of this module.
 */
public final class Benchmarks {

	/** What the documentation is made of. */
	static final Path PUBLISHED = Path.of("benchmarks", "results", "published.json");

	private static final String USAGE = """
			benchmarks/run list
			benchmarks/run all [--quick | --full] [--rows id,id] [--publish]
			benchmarks/run publish [file]
			""";

	private Benchmarks() {
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the report can't be written
	 */
	public static void main(String[] args) throws Exception {
		List<String> arguments = Arrays.asList(args);
		switch (arguments.isEmpty() ? "" : arguments.get(0)) {
			case "list" -> Catalogue.rows().forEach((row) -> System.out.printf("%-22s %s%n", row.id(), row.title()));
			case "all" -> all(arguments.subList(1, arguments.size()));
			case "row" -> row(Catalogue.row(args[1]), new Scale(args[2].equals("full")), Path.of(args[3]));
			case "publish" -> publish((args.length > 1) ? Path.of(args[1]) : PUBLISHED);
			default -> {
				System.err.print(USAGE);
				System.exit(2);
			}
		}
	}

	private static void all(List<String> options) throws Exception {
		Scale scale = new Scale(options.contains("--full"));
		List<Row> rows = rows(options);
		Machine.Load before = Machine.load();
		List<RowReport> reports = new ArrayList<>();
		for (Row row : rows) {
			System.err.printf("%s …%n", row.id());
			RowReport report = RowProcess.run(row, scale);
			System.out.print(Tables.console(report));
			reports.add(report);
		}
		Report report = new Report(Machine.describe(scale, before), reports);
		Path file = ReportFile.write(report, Path.of("benchmarks", "target", "results", scale.name() + ".json"));
		System.out.printf("%n%s%n%s%n", Tables.summary(report), file);
		if (options.contains("--publish")) {
			if (rows.size() < Catalogue.rows().size()) {
				throw new IllegalArgumentException("Only a run of all rows can be published");
			}
			publish(file);
		}
	}

	private static List<Row> rows(List<String> options) {
		int index = options.indexOf("--rows");
		return (index < 0) ? Catalogue.rows()
				: Arrays.stream(options.get(index + 1).split(",")).map(Catalogue::row).toList();
	}

	/**
	 * Measures one row, in this process.
	 */
	private static void row(Row row, Scale scale, Path file) throws Exception {
		long start = System.nanoTime();
		Results results = new Results(row);
		String why = "only with --full";
		try {
			row.measurement().measure(scale, results);
		}
		catch (Exception ex) {
			ex.printStackTrace();
			why = ex.toString();
		}
		ReportFile.write(results.report((System.nanoTime() - start) / 1e9, why), file);
		// whatever a peer leaves running
		System.exit(0);
	}

	private static void publish(Path file) throws Exception {
		Report report = ReportFile.read(file);
		ReportFile.write(report, PUBLISHED);
		Publication.write(Path.of(""), report);
	}

}
