package io.github.kvevents.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names, messages, Javadoc and docs use the words of the field. A phrase that a reader
 * would have to learn fails the build, with the word to use.
 */
class LanguageTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern READ = Pattern.compile(".*\\.(java|kt|md|lua|json|html|js|css|properties|yml|xml)");

	private static final Map<Pattern, String> PHRASES = new LinkedHashMap<>();

	static {
		ban("\\bhear(s|d|ing)? of\\b", "receive, observe");
		ban("\\b(comes?|came|coming) again\\b", "redeliver");
		ban("\\b(goes|go|going|went|gone) on\\b", "resume, continue");
		ban("\\bwho(m)?ever\\b", "name who it is");
		ban("\\b(is|are|was|were|be|been|being) told\\b", "receive, be notified");
		ban("\\bt(ells?|old|elling) of\\b", "report, signal");
		ban("\\bput(s|ting)? aside\\b", "dead letter");
		ban("\\bin hand\\b", "pending, in flight");
		ban("\\bwhat (it|they|hooks|an instance) (is|are|was|were) at\\b", "pending, in flight");
		ban("time is over|end has come", "expire, deadline");
		ban("\\bhow far\\b", "checkpoint, progress");
		ban("\\bend(s|ed)? with an exception\\b", "fail with, throw");
		ban("\\b(should|must|can) bear\\b", "idempotent");
		ban("\\bsen(d|ds|t|ding) again\\b", "redrive");
		ban("keys of others", "keys written by other clients");
		ban("\\btr(y|ies|ied|ying) again\\b", "retry");
		ban("[a-z](HearsOf|HeardOf|ComesAgain|GoesOn|Whoever|ToldOf|PutAside|PutsAside)", "the words above");
		ban("\\b(hearsOf|comesAgain|goesOn|whoever[A-Z]|toldOf|putAside)", "the words above");
	}

	private static void ban(String phrase, String better) {
		PHRASES.put(Pattern.compile(phrase,
				phrase.contains("[A-Z]") || phrase.startsWith("[a-z]") ? 0 : Pattern.CASE_INSENSITIVE), better);
	}

	@Test
	void everyFileUsesTheWordsOfTheField() {
		List<String> found = new ArrayList<>();
		List<Path> files = files();
		files.forEach((file) -> check(file, found));
		assertThat(files).hasSizeGreaterThan(500);
		assertThat(found).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "a hook hears of the change", "The event Comes Again", "// whoever reads this",
			"void readerHearsOfEachChange() {", "it was told" })
	void findsPhrases(String line) {
		assertThat(PHRASES.keySet()).anyMatch((phrase) -> phrase.matcher(line).find());
	}

	@Test
	void findsNothingInOrdinarySentences() {
		for (String line : List.of("The hook receives the change", "It is going to resume", "How fast it is",
				"void sendsAgainstTheLimit()")) {
			assertThat(PHRASES.keySet()).noneMatch((phrase) -> phrase.matcher(line).find());
		}
	}

	private static void check(Path file, List<String> found) {
		List<String> lines = lines(file);
		for (int index = 0; index < lines.size(); index++) {
			String line = lines.get(index);
			int number = index + 1;
			PHRASES.forEach((phrase, better) -> phrase.matcher(line)
				.results()
				.forEach((hit) -> found
					.add("%s:%d: '%s', say: %s".formatted(ROOT.relativize(file), number, hit.group(), better))));
		}
	}

	private static List<Path> files() {
		List<Path> files = new ArrayList<>();
		for (String directory : List.of("kv-events/src", "kv-events-spring-boot-autoconfigure/src",
				"kv-events-spring-boot-test/src", "sample-app/src", "benchmarks/src", "docs")) {
			files.addAll(files(ROOT.resolve(directory), Integer.MAX_VALUE));
		}
		files.addAll(files(ROOT.resolve("benchmarks"), 1));
		files.addAll(files(ROOT, 1));
		files.addAll(files(ROOT.resolve("recipes/src"), Integer.MAX_VALUE));
		files.addAll(files(ROOT.resolve(".github"), Integer.MAX_VALUE));
		files.removeIf((file) -> file.endsWith("LanguageTests.java"));
		return files;
	}

	private static List<Path> files(Path directory, int depth) {
		try (Stream<Path> files = Files.walk(directory, depth)) {
			return files.filter((file) -> READ.matcher(file.getFileName().toString()).matches()).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> lines(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
