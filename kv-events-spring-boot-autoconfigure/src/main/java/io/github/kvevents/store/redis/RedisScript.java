package io.github.kvevents.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.script.DigestUtils;

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
	boolean test(RedisConnection connection, byte[] key, byte[]... arguments) {
		byte[][] parameters = new byte[arguments.length + 1][];
		parameters[0] = key;
		System.arraycopy(arguments, 0, parameters, 1, arguments.length);
		return Long.valueOf(1).equals(run(connection, parameters));
	}

	private Long run(RedisConnection connection, byte[][] parameters) {
		try {
			return connection.scriptingCommands().evalSha(this.digest, ReturnType.INTEGER, 1, parameters);
		}
		catch (DataAccessException ex) {
			String message = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
			if (message == null || !message.startsWith("NOSCRIPT")) {
				throw ex;
			}
			return connection.scriptingCommands().eval(this.text, ReturnType.INTEGER, 1, parameters);
		}
	}

}
