package io.github.kvevents.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.benchmarks.measure.RowReport;

/**
 * Reports as JSON.
 */
public final class ReportFile {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
		.build();

	private ReportFile() {
	}

	/**
	 * Writes a report or a row.
	 * @return the file
	 */
	public static Path write(Object report, Path file) throws IOException {
		Path directory = file.toAbsolutePath().getParent();
		if (directory != null) {
			Files.createDirectories(directory);
		}
		Files.writeString(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
		return file;
	}

	public static Report read(Path file) throws IOException {
		return MAPPER.readValue(Files.readString(file), Report.class);
	}

	public static RowReport readRow(Path file) throws IOException {
		return MAPPER.readValue(Files.readString(file), RowReport.class);
	}

}
