package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/log-messages.md} has each message that the code logs at INFO and above, and
 * no other.
 */
class LogMessagesPageTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern ROW = Pattern.compile("^\\| ([A-Z]+) \\| `(.+?)` \\| (.+) \\|$", Pattern.MULTILINE);

	private static final Set<String> logged = new TreeSet<>();

	@BeforeAll
	static void readTheCode() throws IOException {
		List<Path> files = new ArrayList<>();
		for (String module : List.of("kv-events", "kv-events-spring-boot-autoconfigure",
				"kv-events-spring-boot-test")) {
			try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
				sources.filter((file) -> file.toString().endsWith(".java")).forEach(files::add);
			}
		}
		logged.addAll(LogMessageReader.read(files));
		assertThat(logged).hasSizeGreaterThan(50);
		// the message of an exception, or a block: no text of its own
		logged.removeIf((message) -> !Pattern.compile("[a-z]").matcher(message).find());
	}

	@Test
	void pageHasEachMessageAndNoOther() throws IOException {
		Set<String> documented = new TreeSet<>();
		ROW.matcher(Files.readString(ROOT.resolve("docs/log-messages.md"))).results().forEach((row) -> {
			assertThat(row.group(3)).as(row.group(2)).isNotBlank();
			assertThat(documented.add(row.group(1) + ": " + row.group(2))).as("once: %s", row.group(2)).isTrue();
		});
		assertThat(documented).containsExactlyInAnyOrderElementsOf(logged);
	}

	@Test
	void propertiesThatMessagesNameExist() throws IOException {
		String configuration = Files.readString(ROOT.resolve("docs/configuration.md"));
		assertThat(logged.stream()
			.flatMap((message) -> Pattern.compile("'(kv\\.events\\.[a-z.-]+)").matcher(message).results())
			.map((MatchResult property) -> property.group(1))).hasSizeGreaterThan(3)
			.allSatisfy((property) -> assertThat(configuration).contains("`" + property + "`"));
	}

}
