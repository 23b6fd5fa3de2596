package io.github.kvevents.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.script.DigestUtils;
import org.springframework.util.Assert;

import io.github.kvevents.support.StoreFailure;

/**
 * A Lua script of this library. It is called by its digest; if the server does not know
 * it, the text is sent. If a key of this library has the wrong type, or the server
 * refuses a command, the exception names it. Not for pipelines.
 * <p>
 * Scripts can't call each other: shared code is in part files, which a line
 * {@code -- include part.lua} includes. Part files are resources beside this class and
 * may include others.
 */
public final class RedisScript {

	private static final Pattern INCLUDE = Pattern.compile("^\\t*-- include ([a-z-]+\\.lua)$", Pattern.MULTILINE);

	private final byte[] text;

	private final String digest;

	private RedisScript(String text) {
		this.text = text.getBytes(StandardCharsets.UTF_8);
		this.digest = DigestUtils.sha1DigestAsHex(text);
	}

	/**
	 * Loads a script.
	 * @param neighbour the class whose package contains the file
	 * @param name the name of its file
	 * @return the script
	 */
	public static RedisScript load(Class<?> neighbour, String name) {
		return new RedisScript(complete(read(neighbour, name)));
	}

	private static String complete(String text) {
		return INCLUDE.matcher(text)
			.replaceAll((line) -> Matcher.quoteReplacement(complete(read(RedisScript.class, line.group(1)))));
	}

	private static String read(Class<?> neighbour, String name) {
		try (InputStream file = neighbour.getResourceAsStream(name)) {
			if (file == null) {
				throw new IllegalStateException("The script '%s' is missing from the library".formatted(name));
			}
			return new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Runs a script that replies with 1 for yes and 0 for no.
	 * @param connection the connection
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return whether it replied yes
	 */
	public boolean test(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return count(connection, keys, arguments) == 1;
	}

	/**
	 * Runs a script that replies with a number.
	 * @param connection the connection
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return the number
	 */
	public long count(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return (Long) required(run(connection, ReturnType.INTEGER, keys, arguments));
	}

	/**
	 * Runs a script that replies with a list.
	 * @param connection the connection
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return the list: of {@code byte[]}, {@code Long}, {@code null} and further lists
	 */
	public List<?> list(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return (List<?>) required(run(connection, ReturnType.MULTI, keys, arguments));
	}

	/**
	 * Runs a script that replies with a string or nothing.
	 * @param connection the connection
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return the string, {@code null} for none
	 */
	byte @Nullable [] value(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return (byte[]) run(connection, ReturnType.VALUE, keys, arguments);
	}

	private static Object required(@Nullable Object reply) {
		Assert.state(reply != null, "A script must be run on a connection that replies at once");
		return reply;
	}

	private @Nullable Object run(RedisConnection connection, ReturnType type, List<byte[]> keys,
			List<byte[]> arguments) {
		byte[][] parameters = new byte[keys.size() + arguments.size()][];
		for (int index = 0; index < parameters.length; index++) {
			parameters[index] = (index < keys.size()) ? keys.get(index) : arguments.get(index - keys.size());
		}
		try {
			return connection.scriptingCommands().evalSha(this.digest, type, keys.size(), parameters);
		}
		catch (DataAccessException ex) {
			if (!StoreFailure.reason(ex).startsWith("NOSCRIPT")) {
				throw explain(connection, keys, ex);
			}
		}
		try {
			return connection.scriptingCommands().eval(this.text, type, keys.size(), parameters);
		}
		catch (DataAccessException ex) {
			throw explain(connection, keys, ex);
		}
	}

	private DataAccessException explain(RedisConnection connection, List<byte[]> keys, DataAccessException failure) {
		return RefusedCommand.explain(OwnKeys.explain(connection, keys, failure),
				new String(this.text, StandardCharsets.UTF_8));
	}

	/**
	 * Finds out which command of a script Redis refused. Redis 7.0 reports only the line.
	 */
	private static final class RefusedCommand {

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
		 * @return an exception that names the command; the failure itself if no command
		 * was refused or it is unknown
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
			List<String> called = CALL.matcher(lines.get(number))
				.results()
				.map(RefusedCommand::name)
				.distinct()
				.toList();
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

}
