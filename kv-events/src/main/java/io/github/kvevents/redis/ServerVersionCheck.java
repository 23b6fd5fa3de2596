package io.github.kvevents.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.StoreFailure;

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
	 * The version of Redis whose commands the server has, {@code null} if it doesn't
	 * tell.
	 */
	private static @Nullable String read(RedisConnection connection) {
		return find(info(connection), "redis_version");
	}

	/**
	 * What the server is.
	 * @return its own version, and its name where that isn't Redis; empty if it doesn't
	 * tell
	 */
	static Map<String, Object> facts(RedisConnection connection) {
		Properties info = info(connection);
		Map<String, Object> facts = new LinkedHashMap<>();
		String valkey = find(info, "valkey_version");
		if (valkey != null) {
			facts.put("server", "valkey");
		}
		String version = (valkey != null) ? valkey : find(info, "redis_version");
		if (version != null) {
			facts.put("version", version);
		}
		return facts;
	}

	private static Properties info(RedisConnection connection) {
		try {
			Properties server = connection.serverCommands().info("server");
			return (server != null) ? server : new Properties();
		}
		catch (DataAccessException ex) {
			if (StoreFailure.of(ex) != StoreFailure.REFUSED) {
				throw ex;
			}
			logger.debug("The Redis server doesn't tell its version: INFO is refused", ex);
			return new Properties();
		}
	}

	/**
	 * In a cluster the names have the node in front; its nodes are taken to be alike.
	 */
	private static @Nullable String find(Properties server, String fact) {
		return server.stringPropertyNames()
			.stream()
			.filter((name) -> name.equals(fact) || name.endsWith("." + fact))
			.map(server::getProperty)
			.findFirst()
			.orElse(null);
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
