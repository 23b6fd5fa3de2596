package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reader who begins at {@code docs/README.md} finds each page, and each recipe from the
 * page of recipes. Links into a page lead to a heading that it has.
 */
class IndexTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Pattern LINK = Pattern.compile("\\]\\(([a-z./-]*\\.md)?#([^)]+)\\)");

	private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

	private static final Pattern CODE = Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);

	@Test
	void indexNamesEachPage() throws IOException {
		for (Path index : List.of(DOCS.resolve("README.md"), DOCS.resolve("recipes/README.md"))) {
			String text = Files.readString(index);
			try (Stream<Path> pages = Files.list(index.getParent())) {
				assertThat(pages.map((page) -> page.getFileName().toString())
					.filter((name) -> name.endsWith(".md") && !name.equals("README.md"))).hasSizeGreaterThan(10)
					.allSatisfy((name) -> assertThat(text).contains("(" + name));
			}
		}
	}

	@Test
	void linksLeadToHeadings() throws IOException {
		try (Stream<Path> files = Files.walk(DOCS)) {
			Stream<Path> pages = files.filter((file) -> file.toString().endsWith(".md"));
			for (Path page : Stream.concat(Stream.of(DOCS.resolveSibling("README.md")), pages).toList()) {
				LINK.matcher(Files.readString(page)).results().forEach((link) -> {
					Path target = (link.group(1) != null) ? page.resolveSibling(link.group(1)) : page;
					assertThat(anchors(target)).as("%s of %s", link.group(), page).contains(link.group(2));
				});
			}
		}
	}

	private static List<String> anchors(Path page) {
		try {
			String text = CODE.matcher(Files.readString(page)).replaceAll("");
			return HEADING.matcher(text).results().map((heading) -> anchor(heading.group(1))).toList();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/** As public forges make it of a heading. */
	private static String anchor(String heading) {
		return heading.toLowerCase(java.util.Locale.ROOT)
			.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
			.replaceAll("[^\\p{L}\\p{N} _-]", "")
			.replace(' ', '-');
	}

}
