package io.github.kvevents.redis;

import java.util.Map;
import java.util.Properties;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.types.Expiration;

import io.github.kvevents.support.StoreFailure;

/**
 * Whether the server takes writes, asked by the health of an application. The role of the
 * server is among the facts that it tells anyway. Once the application has written, it is
 * also sent a write with a time to live of zero: it refuses that in any case and changes
 * nothing, but before it looks at the arguments it says if it takes no writes, since it
 * is a replica, has too few of them, is full or can't save. Used by many threads at once.
 */
final class WritableCheck {

	private static final String STATES = "(?s)(?:READONLY|MASTERDOWN|NOREPLICAS|MISCONF|OOM)\\b.*";

	private static final byte[] EMPTY = new byte[0];

	private final RedisConnections connections;

	private final byte[] key;

	private volatile boolean wrote;

	/**
	 * Creates a check; nothing is sent.
	 * @param names how keys are named in Redis: a user may write only such keys
	 */
	WritableCheck(RedisConnections connections, KeyNames names) {
		this.connections = connections;
		this.key = names.toRedis("kv-events-health");
	}

	/**
	 * The application writes: an application that never does may lack the right.
	 */
	void wrote() {
		if (!this.wrote) {
			this.wrote = true;
		}
	}

	/**
	 * Asks the server.
	 * @return facts about it
	 * @throws DataAccessException if it takes no writes
	 */
	Map<String, Object> require() {
		if (this.wrote) {
			this.connections.run(this::write);
		}
		return this.connections.call((connection) -> {
			Properties info = ServerVersionCheck.info(connection, this.connections.isCluster());
			requirePrimary(info);
			return ServerVersionCheck.facts(info);
		});
	}

	private void write(RedisConnection connection) {
		try {
			SetCommand.set(connection, this.key, EMPTY, Expiration.milliseconds(0));
		}
		catch (DataAccessException ex) {
			String reason = StoreFailure.reason(ex);
			// the user may be limited to other keys
			if (!reason.contains("invalid expire time") && !reason.startsWith("NOPERM")) {
				throw reason.matches(STATES) ? refused(ex) : ex;
			}
		}
	}

	private static DataAccessException refused(Exception failure) {
		return new InvalidDataAccessResourceUsageException(
				"The server takes no writes: " + StoreFailure.remedy(failure), failure);
	}

	private void requirePrimary(Properties info) {
		if ("slave".equals(info.getProperty("role")) && !"0".equals(info.getProperty("slave_read_only"))) {
			this.connections.refused();
			throw refused(new IllegalStateException("READONLY The server is a replica"));
		}
	}

}
