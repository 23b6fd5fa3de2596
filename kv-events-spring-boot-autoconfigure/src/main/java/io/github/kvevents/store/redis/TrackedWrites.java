package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreDelete;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Changes keys and keeps the deadline index in step, by scripts: a key and what is known
 * of its deadline change together.
 */
final class TrackedWrites implements Writes {

	private static final RedisScript SET = RedisScript.load(TrackedWrites.class, "set-tracked.lua");

	private static final RedisScript SET_ONE = RedisScript.load(TrackedWrites.class, "set-one-tracked.lua");

	private static final RedisScript DELETE = RedisScript.load(TrackedWrites.class, "delete-tracked.lua");

	private static final RedisScript EXPIRE = RedisScript.load(TrackedWrites.class, "expire-tracked.lua");

	private static final RedisScript PERSIST = RedisScript.load(TrackedWrites.class, "persist-tracked.lua");

	private final RedisConnections connections;

	private final KeyNames names;

	private final ExpiryTracking tracking;

	private final Namespace namespace;

	private final IndexNames index;

	private final List<byte[]> instanceId;

	TrackedWrites(RedisConnections connections, KeyNames names, ExpiryTracking tracking) {
		this.namespace = tracking.namespace();
		this.connections = connections.checkedBy(new NamespaceCheck(this.namespace)::check);
		this.names = names;
		this.tracking = tracking;
		this.index = new IndexNames(this.namespace);
		this.instanceId = List.of(tracking.instanceId().getBytes(StandardCharsets.UTF_8));
	}

	boolean isActive() {
		return this.tracking.isActive();
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		SetCommand command = SetCommand.of(this.names, write);
		int partition = this.namespace.partitionOf(write.key());
		byte[] before = command.isUnconditional() ? setOne(partition, command)
				: set(partition, command.key(), command.arguments());
		StoreOutcome outcome = command.result(before);
		if (outcome.applied()) {
			tellDeadline(partition, write);
		}
		return outcome;
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		TrackedBatch<StoreOutcome> batch = new TrackedBatch<>(SET, this.index::all, this.instanceId);
		writes.forEach((write) -> batch.add(this.namespace.partitionOf(write.key()), SetCommand.of(this.names, write)));
		StoreBatch<StoreOutcome> outcomes = batch.send(this.connections);
		writes.forEach((write) -> tellDeadline(this.namespace.partitionOf(write.key()), write));
		return outcomes;
	}

	@Override
	public StoreOutcome delete(String key) {
		byte[] lastValue = delete(key, List.of());
		return new StoreOutcome(lastValue != null, lastValue);
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		TrackedBatch<StoreOutcome> batch = new TrackedBatch<>(DELETE, this.index::index, List.of());
		deletes.forEach((delete) -> batch.add(this.namespace.partitionOf(delete.key()),
				new DeleteCommand(this.names.toRedis(delete.key()))));
		return batch.send(this.connections);
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		if (value == null) {
			// a key that must be absent and is to be removed is only looked at
			byte[] before = (expected != null) ? delete(key, List.of(expected)) : get(key);
			return new StoreOutcome(Arrays.equals(before, expected), before);
		}
		byte[] before = set(this.namespace.partitionOf(key), this.names.toRedis(key),
				SetCommand.compareArguments(expected, value));
		return new StoreOutcome(Arrays.equals(before, expected), before);
	}

	@Override
	public boolean expire(String key, long timeToLiveMillis) {
		int partition = this.namespace.partitionOf(key);
		List<byte[]> keys = keys(this.index.index(partition), this.names.toRedis(key));
		byte[] millis = String.valueOf(timeToLiveMillis).getBytes(StandardCharsets.US_ASCII);
		boolean exists = this.connections.call((connection) -> EXPIRE.test(connection, keys, List.of(millis)));
		if (exists) {
			this.tracking.deadlineSet(partition, timeToLiveMillis);
		}
		return exists;
	}

	@Override
	public boolean persist(String key) {
		List<byte[]> keys = keys(this.index.index(this.namespace.partitionOf(key)), this.names.toRedis(key));
		return this.connections.call((connection) -> PERSIST.test(connection, keys, List.of()));
	}

	private byte @Nullable [] set(int partition, byte[] name, List<byte[]> scriptArguments) {
		List<byte[]> arguments = new ArrayList<>(this.instanceId);
		arguments.addAll(scriptArguments);
		return call(SET, keys(this.index.all(partition), name), arguments);
	}

	private byte @Nullable [] setOne(int partition, SetCommand command) {
		List<byte[]> keys = keys(this.index.all(partition), command.key());
		List<byte[]> arguments = new ArrayList<>(this.instanceId);
		arguments.add(command.value());
		arguments.addAll(command.lifetimeArguments());
		return this.connections.call((connection) -> SET_ONE.value(connection, keys, arguments));
	}

	private byte @Nullable [] get(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> connection.stringCommands().get(name));
	}

	private byte @Nullable [] delete(String key, List<byte[]> arguments) {
		List<byte[]> index = this.index.index(this.namespace.partitionOf(key));
		return call(DELETE, keys(index, this.names.toRedis(key)), arguments);
	}

	private byte @Nullable [] call(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
		List<?> reply = this.connections.call((connection) -> script.list(connection, keys, arguments));
		return (byte[]) reply.get(0);
	}

	private void tellDeadline(int partition, StoreWrite write) {
		if (write.timeToLive() != null) {
			this.tracking.deadlineSet(partition, Lifetimes.toMillis(write.timeToLive()));
		}
		else if (write.expireAt() != null) {
			this.tracking.deadlineSet(partition,
					Lifetimes.toEpochMillis(write.expireAt()) - System.currentTimeMillis());
		}
	}

	private static List<byte[]> keys(List<byte[]> index, byte[] name) {
		List<byte[]> keys = new ArrayList<>(index);
		keys.add(name);
		return keys;
	}

}
