package io.github.kvevents.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.script.DigestUtils;
import org.springframework.util.Assert;

/**
 * A script of this library. It is called by its digest; a server that doesn't know it,
 * because it is new or forgot its scripts, gets the text.
 */
final class RedisScript {

	private final byte[] text;

	private final String digest;

	private RedisScript(String text) {
		this.text = text.getBytes(StandardCharsets.UTF_8);
		this.digest = DigestUtils.sha1DigestAsHex(text);
	}

	/**
	 * Reads a script.
	 * @param name the name of its file, beside this class in the resources
	 */
	static RedisScript load(String name) {
		try (InputStream file = RedisScript.class.getResourceAsStream(name)) {
			if (file == null) {
				throw new IllegalStateException("The script '%s' is missing from the library".formatted(name));
			}
			return new RedisScript(new String(file.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Runs a script that replies with 1 for yes and 0 for no.
	 * @param connection a connection that is no pipeline
	 * @param key the only key
	 * @param arguments the arguments
	 * @return whether it replied yes
	 */
	boolean test(RedisConnection connection, byte[] key, List<byte[]> arguments) {
		return run(connection, ReturnType.INTEGER, List.of(key), arguments).equals(1L);
	}

	/**
	 * Runs a script that replies with a list of bytes and nil.
	 * @param connection a connection that is no pipeline
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return the list
	 */
	@SuppressWarnings("unchecked") // MULTI is a list, and the script puts only bytes in
									// it
	List<byte @Nullable []> list(RedisConnection connection, List<byte[]> keys, List<byte[]> arguments) {
		return (List<byte @Nullable []>) run(connection, ReturnType.MULTI, keys, arguments);
	}

	private Object run(RedisConnection connection, ReturnType type, List<byte[]> keys, List<byte[]> arguments) {
		byte[][] parameters = Stream.concat(keys.stream(), arguments.stream()).toArray(byte[][]::new);
		Object reply;
		try {
			reply = connection.scriptingCommands().evalSha(this.digest, type, keys.size(), parameters);
		}
		catch (DataAccessException ex) {
			String message = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
			if (message == null || !message.startsWith("NOSCRIPT")) {
				throw ex;
			}
			reply = connection.scriptingCommands().eval(this.text, type, keys.size(), parameters);
		}
		Assert.state(reply != null, "A script must be run on a connection that replies at once");
		return reply;
	}

}
