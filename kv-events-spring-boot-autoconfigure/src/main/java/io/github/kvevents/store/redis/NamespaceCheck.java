package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.Namespace;

/**
 * Looks whether what lies in Redis under the names of a namespace fits it: as many
 * partitions as configured, and each name of its type. A script that ran into another
 * type halfway couldn't take back what it did before. A namespace that passed isn't
 * looked at again.
 */
public final class NamespaceCheck {

	private static final byte[] PARTITIONS = "partitions".getBytes(StandardCharsets.UTF_8);

	private final Namespace namespace;

	private volatile boolean passed;

	/**
	 * Creates a check.
	 * @param namespace the namespace
	 */
	public NamespaceCheck(Namespace namespace) {
		this.namespace = namespace;
	}

	/**
	 * Checks the namespace, unless it passed before. The number of partitions is written
	 * down if it wasn't yet.
	 * @param connection the connection to use
	 * @throws InvalidDataAccessResourceUsageException if the namespace is used with
	 * another number of partitions, or a name has another type
	 */
	public void check(RedisConnection connection) {
		if (!this.passed) {
			checkAgain(connection);
			this.passed = true;
		}
	}

	/**
	 * Checks the namespace also if it passed before: the server may have lost its data.
	 * @param connection the connection to use
	 * @throws InvalidDataAccessResourceUsageException as {@link #check} does
	 */
	public void checkAgain(RedisConnection connection) {
		OwnKeys.check(connection, bytes(this.namespace.meta()));
		checkPartitions(connection);
		for (int partition = 0; partition < this.namespace.partitions(); partition++) {
			List.of(this.namespace.log(partition), this.namespace.deadlines(partition),
					this.namespace.values(partition), this.namespace.expired(partition),
					this.namespace.recent(partition), this.namespace.sweeper(partition),
					this.namespace.hooks(partition), this.namespace.handed(partition))
				.forEach((name) -> OwnKeys.check(connection, bytes(name)));
		}
	}

	private void checkPartitions(RedisConnection connection) {
		byte[] meta = bytes(this.namespace.meta());
		String configured = String.valueOf(this.namespace.partitions());
		byte[] written = connection.hashCommands().hGet(meta, PARTITIONS);
		if (written == null) {
			connection.hashCommands().hSetNX(meta, PARTITIONS, bytes(configured));
			written = connection.hashCommands().hGet(meta, PARTITIONS);
		}
		String actual = (written != null) ? new String(written, StandardCharsets.UTF_8) : configured;
		if (!actual.equals(configured)) {
			throw new InvalidDataAccessResourceUsageException(
					("Namespace '%s' is kept in %s partitions, but 'kv.events.partitions' is %s: set it to %s, or use "
							+ "another 'kv.events.namespace', or stop all applications and delete the keys "
							+ "'kv-events:{%s*' first, which forgets all tracked deadlines")
						.formatted(this.namespace.name(), actual, configured, actual, this.namespace.name()));
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
