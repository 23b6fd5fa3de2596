package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.InvalidDataAccessApiUsageException;

import io.github.kvevents.store.EndedLifetime;
import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreOutcome;

/**
 * One batch of tracked writes: a {@link RedisBatch} for each partition.
 */
final class TrackedBatch {

	private final RedisScript script;

	private final IntFunction<List<byte[]>> index;

	private final List<byte[]> firstArguments;

	private final BiConsumer<Integer, EndedLifetime> endListener;

	private final List<WriteCommand> commands = new ArrayList<>();

	/** For each partition the indexes of its commands in the batch. */
	private final Map<Integer, List<Integer>> indexes = new LinkedHashMap<>();

	/**
	 * Creates a batch.
	 * @param endListener receives the index of each write whose key had an undetected
	 * expiry, and that expiry
	 */
	TrackedBatch(RedisScript script, IntFunction<List<byte[]>> index, List<byte[]> firstArguments,
			BiConsumer<Integer, EndedLifetime> endListener) {
		this.endListener = endListener;
		this.script = script;
		this.index = index;
		this.firstArguments = firstArguments;
	}

	void add(int partition, WriteCommand command) {
		this.indexes.computeIfAbsent(partition, (number) -> new ArrayList<>()).add(this.commands.size());
		this.commands.add(command);
	}

	/**
	 * Sends one partition after the other. When one fails as a whole, for example with a
	 * lost connection, nothing more is sent.
	 */
	StoreBatch<StoreOutcome> send(RedisConnections connections) {
		List<StoreOutcome> results = new ArrayList<>(this.commands.size());
		this.commands.forEach((command) -> results.add(command.failed()));
		@Nullable RuntimeException failure = null;
		for (Map.Entry<Integer, List<Integer>> partition : this.indexes.entrySet()) {
			List<Integer> indexes = partition.getValue();
			StoreBatch<StoreOutcome> sent = new RedisBatch(this.script, partition.getKey(),
					this.index.apply(partition.getKey()), this.firstArguments,
					indexes.stream().map(this.commands::get).toList(),
					(number, ended) -> this.endListener.accept(indexes.get(number), ended))
				.send(connections);
			for (int number = 0; number < indexes.size(); number++) {
				results.set(indexes.get(number), sent.results().get(number));
			}
			failure = (failure != null) ? failure : sent.failure();
			if (sent.failure() != null && !(sent.failure() instanceof InvalidDataAccessApiUsageException)) {
				break;
			}
		}
		return new StoreBatch<>(results, failure);
	}

}
