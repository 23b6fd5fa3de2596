package io.github.kvevents.redis.doctor;

import java.time.Clock;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.redis.notification.KeyspaceFlags;
import io.github.kvevents.support.StoreFailure;

/**
 * What one server says about itself: INFO, and the settings that only CONFIG shows. A
 * server may refuse each of them. Passwords are never asked for.
 */
final class ServerFacts {

	private static final String[] SETTINGS = { KeyspaceFlags.SETTING, "save", "appendfsync", "min-replicas-*",
			"tcp-keepalive" };

	private final Properties info = new Properties();

	private final Properties config = new Properties();

	private @Nullable DataAccessException infoRefused;

	private @Nullable DataAccessException configRefused;

	/** By how much the clock of the server is ahead of this one. */
	private long aheadMillis;

	private long uncertaintyMillis;

	private ServerFacts() {
	}

	/**
	 * Asks a server.
	 * @param node the node of a Redis Cluster, {@code null} for the only server
	 * @param clock the clock of the application
	 * @throws DataAccessException if it doesn't answer
	 */
	static ServerFacts read(RedisConnection connection, @Nullable RedisClusterNode node, Clock clock) {
		ServerFacts facts = new ServerFacts();
		facts.readInfo(connection, node, clock);
		try {
			for (String setting : SETTINGS) {
				Properties found = (node != null && connection instanceof RedisClusterConnection cluster)
						? cluster.serverCommands().getConfig(node, setting)
						: connection.serverCommands().getConfig(setting);
				if (found != null) {
					facts.config.putAll(found);
				}
			}
		}
		catch (DataAccessException ex) {
			facts.configRefused = refusal(ex);
		}
		return facts;
	}

	private void readInfo(RedisConnection connection, @Nullable RedisClusterNode node, Clock clock) {
		long before = clock.millis();
		try {
			Properties found = (node != null && connection instanceof RedisClusterConnection cluster)
					? cluster.serverCommands().info(node) : connection.serverCommands().info();
			long after = clock.millis();
			if (found != null) {
				this.info.putAll(found);
			}
			this.uncertaintyMillis = (after - before + 1) / 2;
			this.aheadMillis = number("server_time_usec") / 1000 - before - (after - before) / 2;
		}
		catch (DataAccessException ex) {
			this.infoRefused = refusal(ex);
		}
	}

	private static DataAccessException refusal(DataAccessException failure) {
		if (StoreFailure.of(failure) != StoreFailure.REFUSED) {
			throw failure;
		}
		return failure;
	}

	/**
	 * An entry of INFO.
	 * @return the value, empty if there is none
	 * @throws DataAccessException if the server refuses INFO
	 */
	String info(String name) {
		if (this.infoRefused != null) {
			throw this.infoRefused;
		}
		return this.info.getProperty(name, "").strip();
	}

	/**
	 * A number in INFO, 0 if there is none.
	 */
	long number(String name) {
		String value = info(name);
		return value.isEmpty() ? 0 : Long.parseLong(value);
	}

	/**
	 * A setting.
	 * @return the value, empty if there is none
	 * @throws DataAccessException if the server refuses CONFIG
	 */
	String config(String name) {
		if (this.configRefused != null) {
			throw this.configRefused;
		}
		return this.config.getProperty(name, "");
	}

	@Nullable DataAccessException configRefused() {
		return this.configRefused;
	}

	long aheadMillis() {
		return this.aheadMillis;
	}

	long uncertaintyMillis() {
		return this.uncertaintyMillis;
	}

}
