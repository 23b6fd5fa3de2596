package io.github.kvevents.redis;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.PermissionDeniedDataAccessException;

import io.github.kvevents.support.StoreFailure;

/**
 * Finds out which command of a script Redis refused. Redis 7.0 reports only the line.
 */
final class RefusedCommand {

	private static final Pattern LINE = Pattern.compile("can't run this command.*user_script:(\\d+)");

	private static final Pattern CALL = Pattern
		.compile("call\\('([A-Z]+)'(?:, '(CREATE|DELCONSUMER|STREAM|CONSUMERS)')?");

	private static final Pattern UNPACKED = Pattern.compile("call\\(unpack\\((\\w+)\\)\\)");

	private RefusedCommand() {
	}

	/**
	 * The exception for a failed script.
	 * @param failure the failure of the script
	 * @param script the text of the script
	 * @return an exception that names the command; the failure itself if no command was
	 * refused or it is unknown
	 */
	static DataAccessException explain(DataAccessException failure, String script) {
		Matcher line = LINE.matcher(StoreFailure.reason(failure));
		String command = line.find() ? command(script.lines().toList(), Integer.parseInt(line.group(1)) - 1) : null;
		if (command == null) {
			return failure;
		}
		IllegalStateException refusal = new IllegalStateException(
				"NOPERM this user has no permissions to run the '%s' command in a script"
					.formatted(command.toLowerCase(Locale.ROOT)));
		refusal.addSuppressed(failure);
		return new PermissionDeniedDataAccessException(
				"Redis refuses what kv-events needs: " + StoreFailure.remedy(refusal), refusal);
	}

	private static @Nullable String command(List<String> lines, int number) {
		if (number < 0 || number >= lines.size()) {
			return null;
		}
		List<String> called = CALL.matcher(lines.get(number)).results().map(RefusedCommand::name).distinct().toList();
		if (!called.isEmpty()) {
			return (called.size() == 1) ? called.get(0) : null;
		}
		Matcher unpacked = UNPACKED.matcher(lines.get(number));
		return unpacked.find() ? first(lines.subList(0, number), unpacked.group(1)) : null;
	}

	private static String name(MatchResult call) {
		return (call.group(2) != null) ? call.group(1) + "|" + call.group(2) : call.group(1);
	}

	/**
	 * The first element of the command table that was last assigned to a variable.
	 */
	private static @Nullable String first(List<String> lines, String table) {
		Pattern made = Pattern.compile("\\b" + table + " = \\{ '([A-Z]+)'");
		for (int index = lines.size() - 1; index >= 0; index--) {
			Matcher matcher = made.matcher(lines.get(index));
			if (matcher.find()) {
				return matcher.group(1);
			}
		}
		return null;
	}

}
