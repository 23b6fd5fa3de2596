package io.github.kvevents.redis;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The check of rights tries each command that a script calls.
 */
class CheckedRightsTests {

	private static final Pattern CALLED = Pattern.compile(
			"(?:\\bp?call\\(|\\bcommand = |\\w+ = \\{ )'([A-Z]{3,})'(?:, '(CREATE|DELCONSUMER|STREAM|CONSUMERS|GROUPS)')?");

	private static final Pattern TRIED = Pattern
		.compile("^\\t\\{ '([A-Z]+)'(?:, '(CREATE|DELCONSUMER|STREAM|CONSUMERS|GROUPS)')?", Pattern.MULTILINE);

	@Test
	void eachCommandOfTheScriptsIsTried() throws IOException {
		Set<String> called = new TreeSet<>();
		String check = "";
		for (Resource script : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:io/github/kvevents/**/*.lua")) {
			String text = script.getContentAsString(UTF_8);
			if ("check-rights.lua".equals(script.getFilename())) {
				check = text;
			}
			// a move is run by an operator, with the rights of one
			else if (!Objects.requireNonNull(script.getFilename()).startsWith("move-")) {
				called.addAll(commands(CALLED, text));
			}
		}
		// is called by claim-namespace.lua alone, which runs before the check
		called.remove("HSETNX");
		// saves time: where it is refused, each key is written by itself
		called.remove("MSET");
		assertThat(called).contains("TIME", "XGROUP|CREATE", "XREADGROUP", "XADD").hasSizeGreaterThan(40);
		assertThat(commands(TRIED, check)).containsAll(called);
	}

	private static Set<String> commands(Pattern pattern, String text) {
		Set<String> commands = new TreeSet<>();
		pattern.matcher(text)
			.results()
			.forEach((call) -> commands
				.add((call.group(2) != null) ? call.group(1) + "|" + call.group(2) : call.group(1)));
		return commands;
	}

}
