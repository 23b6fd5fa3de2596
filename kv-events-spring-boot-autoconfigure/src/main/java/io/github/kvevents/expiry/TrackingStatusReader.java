package io.github.kvevents.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.RedisScript;

/**
 * Asks the server how tracking is doing.
 */
final class TrackingStatusReader {

	private static final RedisScript STATUS = RedisScript.load(TrackingStatusReader.class, "read-status.lua");

	private final RedisConnectionFactory connectionFactory;

	private final Namespace namespace;

	TrackingStatusReader(RedisConnectionFactory connectionFactory, Namespace namespace) {
		this.connectionFactory = connectionFactory;
		this.namespace = namespace;
	}

	TrackingStatus read(TrackingMode mode, TrackingCounters counters) {
		List<List<?>> partitions = read();
		@Nullable Instant next = partitions.stream()
			.map((partition) -> (Long) partition.get(2))
			.filter((millis) -> millis >= 0)
			.min(Long::compare)
			.map(Instant::ofEpochMilli)
			.orElse(null);
		TreeSet<String> holders = new TreeSet<>();
		for (List<?> partition : partitions) {
			if (partition.get(5) instanceof byte[] holder) {
				holders.add(new String(holder, StandardCharsets.UTF_8));
			}
		}
		return new TrackingStatus(mode, sum(partitions, 0), sum(partitions, 1), next, holders, sum(partitions, 3),
				sum(partitions, 4), counters.getDelivered(), counters.getRedelivered(), counters.getGivenUp());
	}

	private List<List<?>> read() {
		RedisConnection connection = this.connectionFactory.getConnection();
		try {
			List<List<?>> replies = new ArrayList<>();
			List<byte[]> group = List.of(bytes(ExpiredStream.GROUP));
			for (int partition = 0; partition < this.namespace.partitions(); partition++) {
				List<byte[]> keys = List.of(bytes(this.namespace.deadlines(partition)),
						bytes(this.namespace.expired(partition)), bytes(this.namespace.sweeper(partition)));
				replies.add(STATUS.list(connection, keys, group));
			}
			return replies;
		}
		finally {
			connection.close();
		}
	}

	private static long sum(List<List<?>> partitions, int index) {
		return partitions.stream().mapToLong((partition) -> (Long) partition.get(index)).sum();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
