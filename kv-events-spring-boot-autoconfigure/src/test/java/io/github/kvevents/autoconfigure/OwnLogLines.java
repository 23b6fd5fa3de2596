package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The lines that kv-events logged, in the output of an application that logs as Boot does
 * by default: those of a block and of a stack trace count, too.
 */
final class OwnLogLines {

	private static final Pattern EVENT = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT.*?--- .*?\\] (\\S+)\\s+: .*");

	private static final Pattern OWN = Pattern.compile("^io?\\.g(ithub)?\\.k(vevents)?\\..*");

	private OwnLogLines() {
	}

	static List<String> of(CharSequence output) {
		List<String> lines = new ArrayList<>();
		boolean own = false;
		for (String line : output.toString().lines().toList()) {
			var event = EVENT.matcher(line);
			if (event.matches()) {
				own = OWN.matcher(event.group(1)).matches();
			}
			if (own) {
				lines.add(line);
			}
		}
		return lines;
	}

}
