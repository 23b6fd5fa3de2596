package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreOutcome;

/**
 * One batch of writes, sent in chunks of some hundred keys and some megabytes, each one
 * script call. A pipeline is no alternative: with Lettuce, one error discards all other
 * replies, and a pipeline opens a connection of its own.
 */
final class RedisBatch {

	/**
	 * Few enough that other clients wait about a millisecond at most.
	 */
	static final int MAX_KEYS = 512;

	private static final long MAX_BYTES = 8 << 20;

	private final RedisScript script;

	private final int group;

	private final List<byte[]> firstKeys;

	private final List<byte[]> firstArguments;

	private final List<? extends WriteCommand> commands;

	private final BiConsumer<Integer, EndedLifetime> endListener;

	private final List<StoreOutcome> results;

	private @Nullable DataAccessException failure;

	private long waitedNanos;

	/**
	 * Creates a batch.
	 * @param script replies with the number of keys that it wrote, a previous value for
	 * each of them, then the number of each key that failed and the error
	 * @param group the partition of the keys, or their slot
	 * @param firstKeys the keys in front of those to write
	 * @param firstArguments the arguments in front of those of the keys to write
	 * @param commands what to write
	 * @param endListener receives the number of each command whose key had an undetected
	 * expiry, and that expiry
	 */
	RedisBatch(RedisScript script, int group, List<byte[]> firstKeys, List<byte[]> firstArguments,
			List<? extends WriteCommand> commands, BiConsumer<Integer, EndedLifetime> endListener) {
		this.endListener = endListener;
		this.script = script;
		this.group = group;
		this.firstKeys = firstKeys;
		this.firstArguments = firstArguments;
		this.commands = commands;
		this.results = new ArrayList<>(commands.size());
	}

	/**
	 * Sends the chunks one after the other. A key that the server refuses does not stop
	 * the following ones. When a whole chunk fails, for example with a lost connection,
	 * nothing more is sent, and the outcome of that chunk is unknown.
	 */
	StoreBatch<StoreOutcome> send(RedisConnections connections) {
		long start = System.nanoTime();
		try {
			connections.run((connection) -> {
				waitedSince(start);
				sendChunks(connection);
			});
		}
		catch (DataAccessException ex) {
			fail(ex);
		}
		while (this.results.size() < this.commands.size()) {
			this.results.add(this.commands.get(this.results.size()).failed());
		}
		return new StoreBatch<>(this.results, this.failure);
	}

	private void sendChunks(RedisConnection connection) {
		while (this.results.size() < this.commands.size()) {
			List<byte[]> keys = new ArrayList<>(this.firstKeys);
			List<byte[]> arguments = new ArrayList<>(this.firstArguments);
			collect(keys, arguments);
			long start = System.nanoTime();
			List<?> reply = this.script.list(connection, keys, arguments);
			waitedSince(start);
			add(reply, keys.subList(this.firstKeys.size(), keys.size()));
		}
	}

	private void waitedSince(long start) {
		this.waitedNanos = Math.max(this.waitedNanos, System.nanoTime() - start);
	}

	/**
	 * The longest wait for the connection or a chunk. What receivers of expiries do
	 * between two chunks is no wait.
	 */
	long waitedNanos() {
		return this.waitedNanos;
	}

	private void collect(List<byte[]> keys, List<byte[]> arguments) {
		long bytes = 0;
		int next = this.results.size();
		int end = next + MAX_KEYS;
		while (next < this.commands.size() && next < end && bytes < MAX_BYTES) {
			WriteCommand command = this.commands.get(next);
			keys.add(command.key());
			bytes += command.key().length;
			for (byte[] argument : command.arguments()) {
				arguments.add(argument);
				bytes += argument.length;
			}
			next++;
		}
	}

	private void add(List<?> reply, List<byte[]> keys) {
		int start = this.results.size();
		int written = ((Long) Objects.requireNonNull(reply.get(0))).intValue();
		for (int index = 0; index < written; index++) {
			WriteReply result = WriteReply.of(reply.get(index + 1), this.group);
			if (result.ended() != null) {
				this.endListener.accept(start + index, result.ended());
			}
			this.results.add(result.outcome(this.commands.get(start + index)));
		}
		for (int index = written + 1; index < reply.size(); index += 2) {
			int failed = Integer.parseInt(text(reply.get(index))) - 1;
			this.results.set(start + failed, this.commands.get(start + failed).failed());
			fail(RefusedKey.inBatch(keys.get(failed), text(reply.get(index + 1))));
		}
	}

	private static String text(@Nullable Object bytes) {
		return (bytes != null) ? new String((byte[]) bytes, StandardCharsets.UTF_8) : "";
	}

	private void fail(DataAccessException ex) {
		if (this.failure == null) {
			this.failure = ex;
		}
	}

}
