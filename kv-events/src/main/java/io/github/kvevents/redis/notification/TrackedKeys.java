package io.github.kvevents.redis.notification;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.store.Namespace;

/**
 * Separates the notifications of tracked keys, whose expiries tracking delivers, from
 * those of keys written by other clients.
 */
public final class TrackedKeys {

	private static final RedisScript FIND_TRACKED = RedisScript.load(TrackedKeys.class, "find-tracked.lua");

	private final RedisConnections connections;

	private final Namespace namespace;

	public TrackedKeys(RedisConnectionFactory connectionFactory, Namespace namespace) {
		this.connections = RedisConnections.of(connectionFactory);
		this.namespace = namespace;
	}

	/**
	 * Removes notifications of keys that are tracked or were tracked recently.
	 * @param notifications some notifications
	 * @return the other notifications, in the same order within a partition
	 */
	public List<Notification> withoutTracked(List<Notification> notifications) {
		Map<Integer, List<Notification>> byPartition = new LinkedHashMap<>();
		for (Notification notification : notifications) {
			byPartition
				.computeIfAbsent(this.namespace.partitionOf(notification.key()), (partition) -> new ArrayList<>())
				.add(notification);
		}
		return this.connections.call((connection) -> {
			List<Notification> others = new ArrayList<>();
			byPartition.forEach((partition, members) -> others.addAll(withoutTracked(connection, partition, members)));
			return others;
		});
	}

	private List<Notification> withoutTracked(RedisConnection connection, int partition,
			List<Notification> notifications) {
		List<byte[]> keys = List.of(bytes(this.namespace.deadlines(partition)),
				bytes(this.namespace.recent(partition)));
		List<?> tracked = FIND_TRACKED.list(connection, keys, notifications.stream().map(Notification::name).toList());
		List<Notification> others = new ArrayList<>();
		for (int index = 0; index < notifications.size(); index++) {
			if (tracked.get(index).equals(0L)) {
				others.add(notifications.get(index));
			}
		}
		return others;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * A notification of the server that a key expired.
	 *
	 * @param name the name of the key in Redis
	 * @param key the key, as the application names it
	 * @param occurredAt when the notification arrived
	 */
	public record Notification(byte[] name, String key, Instant occurredAt) {
	}

}
