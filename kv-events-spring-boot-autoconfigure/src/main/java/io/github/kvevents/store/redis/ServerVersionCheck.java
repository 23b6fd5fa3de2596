package io.github.kvevents.store.redis;

import java.util.Locale;
import java.util.Properties;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;

/**
 * Looks once whether the server knows the commands that are needed: {@code SET} with
 * {@code NX GET} and script flags came with Redis 7.0. Only a server that passed, or that
 * refuses to tell, isn't asked again; a server that was away is.
 */
final class ServerVersionCheck {

	private static final Log logger = LogFactory.getLog(ServerVersionCheck.class);

	private static final int NEEDED_MAJOR_VERSION = 7;

	private volatile boolean passed;

	void check(RedisConnection connection) {
		if (this.passed) {
			return;
		}
		String version = read(connection);
		if (version != null && majorVersion(version) < NEEDED_MAJOR_VERSION) {
			throw new InvalidDataAccessResourceUsageException(
					"The Redis server has version %s, but kv-events needs Redis 7.0 or later, or Valkey 7.2 or later"
						.formatted(version));
		}
		this.passed = true;
	}

	/**
	 * The version of the server.
	 * @return the version of Redis whose commands it has, or {@code null} if it doesn't
	 * tell
	 */
	static @Nullable String read(RedisConnection connection) {
		try {
			Properties server = connection.serverCommands().info("server");
			return (server != null) ? find(server) : null;
		}
		catch (DataAccessException ex) {
			if (!isRefusal(ex)) {
				throw ex;
			}
			logger.debug("The Redis server doesn't tell its version: INFO is refused", ex);
			return null;
		}
	}

	/**
	 * In a cluster the names have the node in front; its nodes are taken to be alike.
	 */
	private static @Nullable String find(Properties server) {
		return server.stringPropertyNames()
			.stream()
			.filter((name) -> name.equals("redis_version") || name.endsWith(".redis_version"))
			.map(server::getProperty)
			.findFirst()
			.orElse(null);
	}

	private static boolean isRefusal(DataAccessException ex) {
		String message = String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
		return message.startsWith("NOPERM") || message.toLowerCase(Locale.ROOT).startsWith("err unknown command");
	}

	/**
	 * A version that isn't one is no reason to stop: some services have their own.
	 */
	private static int majorVersion(String version) {
		int dot = version.indexOf('.');
		try {
			return Integer.parseInt((dot >= 0) ? version.substring(0, dot) : version);
		}
		catch (NumberFormatException ex) {
			return NEEDED_MAJOR_VERSION;
		}
	}

}
