package io.github.kvevents.redis;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.redis.WriteCommand.DeleteCommand;
import io.github.kvevents.redis.WriteCommand.ValueCommand;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

/**
 * Writes keys with plain Redis commands, without index and change log.
 */
final class PlainWrites implements Writes {

	private static final RedisScript SET_ALL = RedisScript.load(PlainWrites.class, "set-all.lua");

	private static final RedisScript SET_VALUES = RedisScript.load(PlainWrites.class, "set-values.lua");

	private static final RedisScript DELETE_ALL = RedisScript.load(PlainWrites.class, "delete-all.lua");

	private static final RedisScript COMPARE_AND_SET = RedisScript.load(PlainWrites.class, "compare-and-set.lua");

	private static final RedisScript COMPARE_AND_DELETE = RedisScript.load(PlainWrites.class, "compare-and-delete.lua");

	private final RedisConnections connections;

	private final KeyNames names;

	PlainWrites(RedisConnections connections, KeyNames names) {
		this.connections = connections;
		this.names = names;
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		return send(SetCommand.of(this.names, write));
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		if (areValuesOnly(writes)) {
			return sendAll(SET_VALUES,
					writes.stream()
						.map((write) -> new ValueCommand(this.names.toRedis(write.key()), write.value()))
						.toList());
		}
		return sendAll(SET_ALL, writes.stream().map((write) -> SetCommand.of(this.names, write)).toList());
	}

	/**
	 * Whether these are unconditional writes without a lifetime, each of another key.
	 */
	private static boolean areValuesOnly(List<StoreWrite> writes) {
		Set<String> keys = new HashSet<>();
		for (StoreWrite write : writes) {
			boolean lives = write.timeToLive() != null || write.expireAt() != null || write.keepTimeToLive();
			if (lives || write.condition() != Condition.ALWAYS || !keys.add(write.key())) {
				return false;
			}
		}
		return true;
	}

	@Override
	public StoreOutcome delete(String key) {
		return send(new DeleteCommand(this.names.toRedis(key)));
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		return sendAll(DELETE_ALL,
				deletes.stream().map((delete) -> new DeleteCommand(this.names.toRedis(delete.key()))).toList());
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		byte[] name = this.names.toRedis(key);
		RedisScript script = (value != null) ? COMPARE_AND_SET : COMPARE_AND_DELETE;
		List<byte[]> arguments = Stream.of(value, expected).filter(Objects::nonNull).toList();
		boolean applied = this.connections.call((connection) -> script.test(connection, List.of(name), arguments));
		return new StoreOutcome(applied, applied ? expected : null);
	}

	@Override
	public boolean expire(String key, long timeToLiveMillis) {
		byte[] name = this.names.toRedis(key);
		return this.connections
			.call((connection) -> Boolean.TRUE.equals(connection.keyCommands().pExpire(name, timeToLiveMillis)));
	}

	@Override
	public boolean persist(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> Boolean.TRUE.equals(connection.keyCommands().persist(name)));
	}

	private StoreOutcome send(WriteCommand command) {
		return this.connections.call((connection) -> command.result(command.send(connection)));
	}

	private StoreBatch<StoreOutcome> sendAll(RedisScript script, List<? extends WriteCommand> commands) {
		GroupedBatch batch = new GroupedBatch(script);
		commands.forEach((command) -> batch.add(this.connections.groupOf(command.key()), command));
		return batch.send(this.connections);
	}

}
