package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ReadOffset;

import io.github.kvevents.store.Namespace;

/**
 * Creates the consumer groups of the expiry streams before a key is tracked for a hook.
 * Called for each write; sends one command per partition.
 */
final class ExpiredGroups {

	private static final String GROUP = "hooks";

	private final RedisConnections connections;

	private final Namespace namespace;

	private final AtomicIntegerArray ensured;

	ExpiredGroups(RedisConnections connections, Namespace namespace) {
		this.connections = connections;
		this.namespace = namespace;
		this.ensured = new AtomicIntegerArray(namespace.partitions());
	}

	void ensure(int partition) {
		if (this.ensured.get(partition) == 0) {
			this.connections.run((connection) -> create(connection, partition));
			this.ensured.set(partition, 1);
		}
	}

	private void create(RedisConnection connection, int partition) {
		byte[] stream = this.namespace.expired(partition).getBytes(StandardCharsets.UTF_8);
		try {
			connection.streamCommands().xGroupCreate(stream, GROUP, ReadOffset.from("0"), true);
		}
		catch (DataAccessException ex) {
			String message = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
			if (message == null || !message.startsWith("BUSYGROUP")) {
				throw ex;
			}
		}
	}

}
