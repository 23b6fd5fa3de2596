package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.kvevents.store.Namespace;

/**
 * The Redis keys of a namespace in the order that the scripts expect, encoded once.
 */
final class IndexNames {

	private final List<List<byte[]>> byPartition;

	IndexNames(Namespace namespace) {
		this.byPartition = IntStream.range(0, namespace.partitions())
			.mapToObj((partition) -> Stream
				.of(namespace.deadlines(partition), namespace.values(partition), namespace.expired(partition),
						namespace.recent(partition), namespace.log(partition))
				.map((name) -> name.getBytes(StandardCharsets.UTF_8))
				.toList())
			.toList();
	}

	/**
	 * Deadlines and last values.
	 */
	List<byte[]> index(int partition) {
		return this.byPartition.get(partition).subList(0, 2);
	}

	/**
	 * Deadlines, last values, expiries, and recently expired keys.
	 */
	List<byte[]> tracking(int partition) {
		return this.byPartition.get(partition).subList(0, 4);
	}

	/**
	 * Deadlines, last values, expiries, recently expired keys, and the change log.
	 */
	List<byte[]> all(int partition) {
		return this.byPartition.get(partition);
	}

	/**
	 * Deadlines, last values, and the change log.
	 */
	List<byte[]> forRemovals(int partition) {
		List<byte[]> all = all(partition);
		return List.of(all.get(0), all.get(1), all.get(4));
	}

	byte[] log(int partition) {
		return this.byPartition.get(partition).get(4);
	}

}
