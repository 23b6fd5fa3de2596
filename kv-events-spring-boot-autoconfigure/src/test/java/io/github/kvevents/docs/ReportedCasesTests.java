package io.github.kvevents.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each case on the page about reliability that users of other projects reported has the
 * tests that the page names, and these name the case.
 */
class ReportedCasesTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern CASE = Pattern.compile("\\b[a-z-]+#\\d+\\b");

	private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");

	@Test
	void eachCaseHasATestThatNamesIt() throws IOException {
		List<String> rows = Files.readString(ROOT.resolve("docs/reliability.md"))
			.lines()
			.filter((line) -> line.startsWith("|") && CASE.matcher(line).find())
			.toList();
		assertThat(rows).hasSizeGreaterThanOrEqualTo(11);
		Map<String, String> sources = sources();
		for (String row : rows) {
			List<MatchResult> tests = TEST.matcher(row).results().toList();
			assertThat(tests).as(row).isNotEmpty();
			StringBuilder all = new StringBuilder();
			for (MatchResult test : tests) {
				String source = sources.getOrDefault(test.group(1), "");
				assertThat(source).as(row).contains("void " + test.group(2) + "(");
				all.append(source);
			}
			assertThat(all.toString()).as(row).contains(CASE.matcher(row).results().map(MatchResult::group).toList());
		}
	}

	/** The sources of the tests by the name of the class. */
	private static Map<String, String> sources() throws IOException {
		List<Path> files = new ArrayList<>();
		for (String module : List.of("kv-events", "kv-events-spring-boot-autoconfigure")) {
			try (Stream<Path> found = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
				found.filter((path) -> path.toString().endsWith("Tests.java")).forEach(files::add);
			}
		}
		Map<String, String> sources = new TreeMap<>();
		for (Path file : files) {
			sources.put(file.getFileName().toString().replace(".java", ""), read(file));
		}
		return sources;
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
