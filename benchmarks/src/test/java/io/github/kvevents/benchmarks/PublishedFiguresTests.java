package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Line;
import io.github.kvevents.benchmarks.measure.Line.Verdict;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.RowReport;
import io.github.kvevents.benchmarks.report.Publication;
import io.github.kvevents.benchmarks.report.Report;
import io.github.kvevents.benchmarks.report.ReportFile;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The figures of the documentation are those of the published run, of every row.
 */
class PublishedFiguresTests {

	private static final Path ROOT = Path.of("..");

	private static final Path PUBLISHED = ROOT.resolve(Benchmarks.PUBLISHED);

	@Test
	void pagesAndChartsAreMadeOfThePublishedFigures() throws IOException {
		Publication.render(ROOT, ReportFile.read(PUBLISHED))
			.forEach((file, text) -> assertThat(file).as("made anew by: benchmarks/run publish").hasContent(text));
	}

	@Test
	void everyRowIsPublishedWithItsGoals() throws IOException {
		Report report = ReportFile.read(PUBLISHED);
		List<Row> rows = Catalogue.rows();
		assertThat(report.rows()).extracting(RowReport::id)
			.containsExactlyElementsOf(rows.stream().map(Row::id).toList());
		for (int index = 0; index < rows.size(); index++) {
			List<Line> lines = report.rows().get(index).lines();
			assertThat(lines.stream().filter((line) -> line.verdict() != Verdict.NO_GOAL).map(Line::id))
				.containsExactlyInAnyOrderElementsOf(rows.get(index).goals().stream().map(Goal::line).toList());
		}
	}

	@Test
	void theFileIsSmall() throws IOException {
		assertThat(Files.size(PUBLISHED)).isLessThan(200_000);
	}

}
