package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.store.Namespace;

/**
 * Reads the status of tracking from the server: once for each partition, and once for the
 * eviction policy.
 */
final class TrackingStatusReader {

	private static final Log logger = LogFactory.getLog(TrackingStatusReader.class);

	private static final RedisScript STATUS = RedisScript.load(TrackingStatusReader.class, "read-status.lua");

	private static final List<byte[]> GROUP = List.of(bytes(ExpiredGroup.NAME));

	private final RedisConnections connections;

	private final Namespace namespace;

	TrackingStatusReader(RedisConnectionFactory connectionFactory, Namespace namespace) {
		this.connections = RedisConnections.of(connectionFactory);
		this.namespace = namespace;
	}

	TrackingStatus read() {
		return this.connections.call((connection) -> {
			List<TrackingStatus.Partition> partitions = new ArrayList<>();
			for (int partition = 0; partition < this.namespace.partitions(); partition++) {
				List<byte[]> keys = List.of(bytes(this.namespace.deadlines(partition)),
						bytes(this.namespace.expired(partition)), bytes(this.namespace.sweeper(partition)));
				partitions.add(partition(STATUS.list(connection, keys, GROUP)));
			}
			return new TrackingStatus(partitions, readEvictionPolicy(connection));
		});
	}

	private static TrackingStatus.Partition partition(List<?> reply) {
		long now = number(reply, 0);
		long next = number(reply, 3);
		Map<String, Long> pending = new HashMap<>();
		for (Object consumer : (List<?>) reply.get(5)) {
			List<?> facts = (List<?>) consumer;
			pending.put(text(facts.get(0)), Long.valueOf(text(facts.get(1))));
		}
		long taken = pending.values().stream().mapToLong(Long::longValue).sum();
		String holder = text(reply.get(6));
		return new TrackingStatus.Partition(number(reply, 1), number(reply, 2),
				(next >= 0) ? Instant.ofEpochMilli(next) : null,
				Duration.ofMillis((next >= 0) ? Math.max(0, now - next) : 0), holder.isEmpty() ? null : holder,
				Math.max(0, number(reply, 4) - taken), pending);
	}

	/**
	 * Reads INFO, since managed services refuse CONFIG. In a cluster the names start with
	 * the node.
	 */
	private static @Nullable String readEvictionPolicy(RedisConnection connection) {
		try {
			Properties memory = connection.serverCommands().info("memory");
			return (memory != null) ? memory.stringPropertyNames()
				.stream()
				.filter((name) -> name.equals("maxmemory_policy") || name.endsWith(".maxmemory_policy"))
				.map(memory::getProperty)
				.findFirst()
				.orElse(null) : null;
		}
		catch (DataAccessException ex) {
			logger.debug("The eviction policy of the server can't be read", ex);
			return null;
		}
	}

	private static long number(List<?> reply, int index) {
		return (Long) reply.get(index);
	}

	private static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
