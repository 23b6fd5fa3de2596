package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.InvalidDataAccessApiUsageException;

import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.support.CallDeadline;

/**
 * One batch of writes: a {@link RedisBatch} for each group of keys that one script may
 * touch. A group is a partition, or a slot in Redis Cluster.
 */
final class GroupedBatch {

	private final RedisScript script;

	private final IntFunction<List<byte[]>> index;

	private final List<byte[]> firstArguments;

	private final BiConsumer<Integer, EndedLifetime> endListener;

	private final List<WriteCommand> commands = new ArrayList<>();

	/** For each group the indexes of its commands in the batch. */
	private final Map<Integer, List<Integer>> groups = new LinkedHashMap<>();

	/**
	 * Creates a batch of plain writes.
	 */
	GroupedBatch(RedisScript script) {
		this(script, (group) -> List.of(), List.of(), (number, ended) -> {
		});
	}

	/**
	 * Creates a batch of tracked writes.
	 * @param index the keys of a partition in front of those to write
	 * @param endListener receives the index of each write whose key had an undetected
	 * expiry, and that expiry
	 */
	GroupedBatch(RedisScript script, IntFunction<List<byte[]>> index, List<byte[]> firstArguments,
			BiConsumer<Integer, EndedLifetime> endListener) {
		this.endListener = endListener;
		this.script = script;
		this.index = index;
		this.firstArguments = firstArguments;
	}

	void add(int group, WriteCommand command) {
		this.groups.computeIfAbsent(group, (number) -> new ArrayList<>()).add(this.commands.size());
		this.commands.add(command);
	}

	/**
	 * Sends the groups: to one server one after the other, and when one fails as a whole,
	 * for example with a lost connection, nothing more is sent. In Redis Cluster they are
	 * sent at the same time, and each fails alone.
	 */
	StoreBatch<StoreOutcome> send(RedisConnections connections) {
		List<StoreOutcome> results = new ArrayList<>(this.commands.size());
		this.commands.forEach((command) -> results.add(command.failed()));
		@Nullable RuntimeException failure = null;
		long waited = CallDeadline.takeWait();
		if (connections.isCluster()) {
			long before = waited;
			List<Supplier<StoreBatch<StoreOutcome>>> batches = new ArrayList<>();
			this.groups.forEach((group, indexes) -> batches
				.add(() -> CallDeadline.afterWait(before, () -> batch(group, indexes).send(connections))));
			Iterator<StoreBatch<StoreOutcome>> sent = ParallelCalls.run(batches).iterator();
			for (List<Integer> indexes : this.groups.values()) {
				failure = add(sent.next(), indexes, results, failure);
			}
			return new StoreBatch<>(results, failure);
		}
		for (Map.Entry<Integer, List<Integer>> group : this.groups.entrySet()) {
			RedisBatch batch = batch(group.getKey(), group.getValue());
			StoreBatch<StoreOutcome> sent = CallDeadline.afterWait(waited, () -> batch.send(connections));
			waited = Math.max(waited, batch.waitedNanos());
			failure = add(sent, group.getValue(), results, failure);
			if (sent.failure() != null && !(sent.failure() instanceof InvalidDataAccessApiUsageException)) {
				break;
			}
		}
		return new StoreBatch<>(results, failure);
	}

	private RedisBatch batch(int group, List<Integer> indexes) {
		return new RedisBatch(this.script, group, this.index.apply(group), this.firstArguments,
				indexes.stream().map(this.commands::get).toList(),
				(number, ended) -> this.endListener.accept(indexes.get(number), ended));
	}

	private static @Nullable RuntimeException add(StoreBatch<StoreOutcome> sent, List<Integer> indexes,
			List<StoreOutcome> results, @Nullable RuntimeException failure) {
		for (int number = 0; number < indexes.size(); number++) {
			results.set(indexes.get(number), sent.results().get(number));
		}
		return (failure != null) ? failure : sent.failure();
	}

}
