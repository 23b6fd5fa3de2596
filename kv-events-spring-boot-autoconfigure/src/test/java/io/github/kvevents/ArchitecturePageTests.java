package io.github.kvevents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The classes and annotations that {@code docs/architecture.md} and
 * {@code CONTRIBUTING.md} name exist: a renamed class is renamed there, too.
 */
class ArchitecturePageTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	/** A name in backticks that begins with a capital, perhaps with a method. */
	private static final Pattern NAME = Pattern.compile("`@?([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:[.#(][^`]*)?`");

	@Test
	void classesOfTheArchitecturePageExist() throws IOException {
		Set<String> names = names("docs/architecture.md");
		names.removeAll(types("src/main/java"));
		assertThat(names).as("names that are no class").isEmpty();
	}

	@Test
	void interfacesAndContractTestsForContributorsExist() throws IOException {
		Set<String> names = names("CONTRIBUTING.md");
		// of the JDK and of the build
		names.removeAll(Set.of("Clock", "Thread", "ExtendWith", "Nullable", "ConditionalOnMissingBean"));
		names.removeAll(types("src/main/java"));
		names.removeAll(types("src/test/java"));
		assertThat(names).as("names that are no class").isEmpty();
	}

	private static Set<String> names(String page) throws IOException {
		Matcher matcher = NAME.matcher(Files.readString(ROOT.resolve(page)));
		Set<String> names = matcher.results()
			.map((result) -> result.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(names).as("names in " + page).isNotEmpty();
		return names;
	}

	/** The names of the source files of all modules. */
	private static Set<String> types(String sources) throws IOException {
		Set<String> types = new TreeSet<>();
		for (String module : Set.of("kv-events", "kv-events-spring-boot-autoconfigure", "kv-events-spring-boot-test")) {
			try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(sources))) {
				files.map((file) -> file.getFileName().toString())
					.filter((name) -> name.endsWith(".java"))
					.forEach((name) -> types.add(name.substring(0, name.length() - ".java".length())));
			}
		}
		return types;
	}

}
