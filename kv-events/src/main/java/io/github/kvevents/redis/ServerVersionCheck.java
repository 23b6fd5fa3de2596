package io.github.kvevents.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.StoreFailure;

/**
 * Checks once that the server has the required commands, {@code SET} with {@code NX GET}
 * and script flags need Redis 7.0, and that it isn't a node of a cluster that is used as
 * a single server. A server that passed, or that refuses INFO, is not asked again; after
 * an outage it is.
 */
final class ServerVersionCheck {

	private static final Log logger = LogFactory.getLog(ServerVersionCheck.class);

	private static final int NEEDED_MAJOR_VERSION = 7;

	private volatile boolean passed;

	void check(RedisConnection connection) {
		if (this.passed) {
			return;
		}
		Properties info = info(connection, true);
		String version = find(info, "redis_version");
		String mode = find(info, "redis_mode");
		// Valkey has another name for it
		boolean cluster = "cluster".equals((mode != null) ? mode : find(info, "server_mode"));
		if (cluster && !(connection instanceof RedisClusterConnection)) {
			throw new InvalidDataAccessResourceUsageException(
					"The Redis server is a node of a Redis Cluster, but the application connects to it as to a single "
							+ "server: set 'spring.data.redis.cluster.nodes' instead of 'spring.data.redis.host'");
		}
		if (version != null && majorVersion(version) < NEEDED_MAJOR_VERSION) {
			throw new InvalidDataAccessResourceUsageException(
					"The Redis server has version %s, but kv-events needs Redis 7.0 or later, or Valkey 7.2 or later"
						.formatted(version));
		}
		this.passed = true;
	}

	/**
	 * Facts about the server.
	 * @param info what it tells about itself
	 * @return its version, and its name if it is not Redis; empty if unknown
	 */
	static Map<String, Object> facts(Properties info) {
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

	/**
	 * What the server tells about itself.
	 * @param version whether its version suffices
	 * @return nothing if the user may not know
	 */
	static Properties info(RedisConnection connection, boolean version) {
		try {
			Properties server = version ? connection.serverCommands().info("server")
					: connection.serverCommands().info();
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
	 * In a cluster the names start with the node; all nodes are assumed to have the same
	 * version.
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
	 * An unreadable version is accepted: some services have their own scheme.
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
