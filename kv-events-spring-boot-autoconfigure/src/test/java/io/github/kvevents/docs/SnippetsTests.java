package io.github.kvevents.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each Java block of the README and of the pages is compiled: it is part of a class in
 * this package, here or in the module for tests, in the sample or in the tests of plain
 * Spring, indentation aside. The target of each link between them exists.
 */
class SnippetsTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	/** A block of Java, or of Kotlin that is no build file of Gradle. */
	private static final Pattern BLOCK = Pattern
		.compile("```(?:java|kotlin(?!\\R(?:plugins|dependencies) \\{))\\R(.*?)```", Pattern.DOTALL);

	private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)(?:#[^)]*)?\\)");

	@ParameterizedTest
	@MethodSource("pages")
	void blocksOfCodeAreCompiled(Path page) {
		String sources = sources() + "\n" + recipes();
		for (String block : blocks(read(page))) {
			assertThat(sources.contains(normalize(block)))
				.as("a block of %s is compiled:%n%s", ROOT.relativize(page), block)
				.isTrue();
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(Path page) {
		Matcher links = LINK.matcher(read(page));
		while (links.find()) {
			assertThat(page.resolveSibling(links.group(1))).exists();
		}
	}

	@Test
	void thereAreBlocksToLookAt() {
		assertThat(pages().mapToInt((page) -> blocks(read(page)).size()).sum()).isGreaterThan(10);
	}

	static Stream<Path> pages() {
		List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
		pages.add(ROOT.resolve("README.md"));
		pages.add(ROOT.resolve("CHANGELOG.md"));
		return pages.stream();
	}

	private static List<String> blocks(String page) {
		return BLOCK.matcher(page).results().map((result) -> result.group(1)).toList();
	}

	private static String sources() {
		return Stream
			.of(Path.of("src/test/java/io/github/kvevents/docs"), ROOT.resolve("sample-app/src/main/java"),
					ROOT.resolve("kv-events-spring-boot-test/src/test/java/io/github/kvevents/docs"),
					ROOT.resolve("kv-events/src/test/java/io/github/kvevents/plain"))
			.flatMap((directory) -> files(directory, ".java").stream())
			.map(SnippetsTests::read)
			.map(SnippetsTests::normalize)
			.collect(Collectors.joining("\n"));
	}

	private static String recipes() {
		Path recipes = ROOT.resolve("recipes/src");
		return Stream.concat(files(recipes.resolve("main"), ".java").stream(), files(recipes, ".kt").stream())
			.map(SnippetsTests::read)
			.map(SnippetsTests::normalize)
			.collect(Collectors.joining("\n"));
	}

	private static String normalize(String code) {
		return code.lines().map(String::strip).filter((line) -> !line.isEmpty()).collect(Collectors.joining("\n"));
	}

	private static List<Path> files(Path directory, String suffix) {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(suffix)).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
