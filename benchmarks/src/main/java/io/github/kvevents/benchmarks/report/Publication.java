package io.github.kvevents.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parts of the documentation that are made of a report. Each is between two comments
 * that name it; everything else on the page stays.
 */
public final class Publication {

	private static final String BEGIN = "<!-- %s: made by benchmarks/run -->\n";

	private static final String END = "<!-- end of %s -->";

	private Publication() {
	}

	/**
	 * Writes tables and charts.
	 * @param root the directory of the project
	 */
	public static void write(Path root, Report report) throws IOException {
		for (Map.Entry<Path, String> file : render(root, report).entrySet()) {
			Files.writeString(file.getKey(), file.getValue());
		}
	}

	/**
	 * What the files should be.
	 */
	public static Map<Path, String> render(Path root, Report report) throws IOException {
		Map<Path, String> files = new LinkedHashMap<>();
		Path readme = root.resolve("README.md");
		files.put(readme, insert(Files.readString(readme), "figures", Tables.front(report)));
		Path page = root.resolve("docs/performance.md");
		String text = insert(Files.readString(page), "machine", Tables.run(report));
		text = insert(text, "goals", Tables.goals(report));
		text = insert(text, "growth", Tables.growth(report));
		files.put(page, insert(text, "others", Tables.others(report)));
		Path images = root.resolve("docs/images");
		files.put(images.resolve("performance-goals.svg"), GoalChart.of(report));
		files.put(images.resolve("performance-growth.svg"), GrowthChart.of(report));
		files.put(images.resolve("expiry-lateness.svg"), LatenessChart.of(report));
		return files;
	}

	private static String insert(String page, String part, String content) {
		String begin = BEGIN.formatted(part);
		int from = page.indexOf(begin);
		int to = page.indexOf(END.formatted(part));
		if (from < 0 || to < from) {
			throw new IllegalStateException("A page has no part '" + part + "'");
		}
		return page.substring(0, from + begin.length()) + "\n" + content + "\n" + page.substring(to);
	}

}
