package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/exceptions.md} has each public exception, and each exception that a page
 * names exists.
 */
class ExceptionsPageTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|.*\\|.*\\|.*\\|$", Pattern.MULTILINE);

	private static final Pattern NAMED = Pattern.compile("`(?:[a-z]+\\.)*([A-Z]\\w*(?:Exception|Error))`");

	/** Where exceptions of others are that pages name. */
	private static final Set<String> PACKAGES = Set.of("java.lang", "java.net", "java.util.concurrent",
			"org.springframework.dao", "org.springframework.transaction");

	@Test
	void pageHasEachPublicException() throws IOException {
		assertThat(ROW.matcher(Files.readString(DOCS.resolve("exceptions.md"))).results().map((row) -> row.group(1)))
			.containsExactlyInAnyOrderElementsOf(exceptions());
	}

	@Test
	void eachExceptionThatAPageNamesExists() throws IOException {
		Set<String> named = new TreeSet<>();
		try (Stream<Path> pages = Files.walk(DOCS)) {
			for (Path page : pages.filter((file) -> file.toString().endsWith(".md")).toList()) {
				NAMED.matcher(Files.readString(page)).results().forEach((name) -> named.add(name.group(1)));
			}
		}
		assertThat(named).hasSizeGreaterThan(10);
		named.removeAll(exceptions());
		assertThat(named).allMatch(ExceptionsPageTests::isOfOthers, "is the name of a class");
	}

	private static boolean isOfOthers(String name) {
		return PACKAGES.stream().anyMatch((parent) -> ClassUtils.isPresent(parent + "." + name, null));
	}

	private static Set<String> exceptions() {
		return new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.github.kvevents")
			.stream()
			.filter((type) -> type.isAssignableTo(Throwable.class) && type.getModifiers().contains(JavaModifier.PUBLIC))
			.map(JavaClass::getSimpleName)
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
