package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.redis.WriteCommand.DeleteCommand;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.WriteHeaders;
import io.github.kvevents.support.CallDeadline;

/**
 * Writes keys together with the deadline index and the change log, by scripts: a key, its
 * deadline and its log entry change atomically. Index or log may be missing.
 */
final class TrackedWrites implements Writes {

	private static final RedisScript SET = RedisScript.load(TrackedWrites.class, "set-tracked.lua");

	private static final RedisScript DELETE = RedisScript.load(TrackedWrites.class, "delete-tracked.lua");

	private static final RedisScript EXPIRE = RedisScript.load(TrackedWrites.class, "expire-tracked.lua");

	private static final RedisScript PERSIST = RedisScript.load(TrackedWrites.class, "persist-tracked.lua");

	private final RedisConnections connections;

	private final KeyNames names;

	private final Namespace namespace;

	private final WriteTracking tracking;

	private final Writes untracked;

	private final EntryHeader.@Nullable Factory headers;

	private final UnconditionalSet unconditionalSet;

	/** How many entries to keep in the log; empty without one. */
	private final byte[] maxLength;

	private final IndexNames index;

	private final WriteRightsCheck rights;

	private final byte[] instanceId;

	/**
	 * Creates the writes.
	 * @param tracking whether and where to track expiries, {@code null} for no index
	 * @param log the change log, {@code null} for none
	 * @param untracked changes times to live while expiries are not tracked
	 * @param check checks the namespace before it is used
	 */
	TrackedWrites(RedisConnections connections, KeyNames names, Namespace namespace, @Nullable ExpiryTracking tracking,
			@Nullable ChangeLogSettings log, Writes untracked, NamespaceCheck check) {
		this.connections = connections.checkedBy(check);
		this.names = names;
		this.namespace = namespace;
		this.untracked = untracked;
		this.headers = (log != null) ? new EntryHeader.Factory(log.instanceId()) : null;
		this.maxLength = (log != null) ? ScriptArguments.number(log.maxLength()) : ScriptArguments.NONE;
		this.index = new IndexNames(namespace);
		this.rights = new WriteRightsCheck(this.index, namespace, this.connections::waitsAreShared);
		String instanceId = (log != null) ? log.instanceId() : Objects.requireNonNull(tracking).instanceId();
		this.instanceId = instanceId.getBytes(StandardCharsets.UTF_8);
		this.tracking = new WriteTracking(tracking, this.connections, namespace);
		this.unconditionalSet = new UnconditionalSet(this.connections, this.index, this.instanceId, log);
	}

	/**
	 * Whether writes need the index or the log now.
	 */
	boolean isActive() {
		return this.headers != null || this.tracking.isActive();
	}

	/**
	 * Whether a write of a key needs the index or the log now.
	 * @param expires whether it gets a time to live
	 */
	boolean covers(String key, boolean expires) {
		return this.headers != null || this.tracking.covers(key, expires);
	}

	boolean covers(StoreWrite write) {
		return covers(write.key(), write.timeToLive() != null || write.expireAt() != null);
	}

	/**
	 * Fails as the first write would if the server can't be used, and also if it refuses
	 * a command that deliveries need.
	 */
	void check() {
		this.rights.require(this.connections, this.tracking.isActive(), this.headers != null);
	}

	/**
	 * The permissions for a partition, now.
	 * @return the exception if one is missing, otherwise {@code null}
	 */
	@Nullable PermissionDeniedDataAccessException findRefusal(RedisConnection connection, int partition) {
		return this.rights.find(connection, partition, this.tracking.isActive(), this.headers != null);
	}

	/**
	 * Fails if a key of this library that writes use has another type.
	 */
	void checkTypes() {
		this.rights.requireTypes(this.connections, this.namespace.partitions(), this.tracking.isActive(),
				this.headers != null);
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		SetCommand command = SetCommand.of(this.names, write);
		int partition = this.namespace.partitionOf(write.key());
		long waited = this.tracking.ensureGroup(partition, 0);
		WriteReply reply = (waited == 0) ? set(partition, command, write)
				: CallDeadline.afterWait(waited, () -> set(partition, command, write));
		this.tracking.lifetimeEnded(partition, write.key(), reply.ended());
		StoreOutcome outcome = reply.outcome(command);
		if (outcome.applied()) {
			this.tracking.deadlineSet(partition, write);
		}
		return outcome;
	}

	private WriteReply set(int partition, SetCommand command, StoreWrite write) {
		byte[] header = header(write.type(), write.batch());
		if (!command.isUnconditional() || write.batch() != null) {
			return set(partition, command.key(), logged(command, write.key(), header).arguments());
		}
		boolean keepsValue = keepsValue(command, write.key());
		return (this.headers != null)
				? this.unconditionalSet.setLogged(partition, command, header, this.tracking.isActive(),
						ScriptArguments.receivers(this.tracking.isHeard(), this.tracking.deliversEnded(), keepsValue))
				: this.unconditionalSet.set(partition, command, this.tracking.deliversEnded(), keepsValue);
	}

	private boolean keepsValue(SetCommand command, String key) {
		return command.expiration().isPersistent() || this.tracking.keepsValue(key);
	}

	private WriteCommand logged(SetCommand command, String key, byte[] header) {
		return new WriteCommand.Logged(command, List.of(ScriptArguments.flag(keepsValue(command, key)), header));
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		long waited = 0;
		for (StoreWrite write : writes) {
			waited = this.tracking.ensureGroup(this.namespace.partitionOf(write.key()), waited);
		}
		GroupedBatch batch = new GroupedBatch(SET, this.index::all, setArguments(), (index, ended) -> this.tracking
			.lifetimeEnded(this.namespace.partitionOf(writes.get(index).key()), writes.get(index).key(), ended));
		writes.forEach((write) -> batch.add(this.namespace.partitionOf(write.key()),
				logged(SetCommand.of(this.names, write), write.key(), header(write.type(), write.batch()))));
		StoreBatch<StoreOutcome> outcomes = CallDeadline.afterWait(waited, () -> batch.send(this.connections));
		writes.forEach((write) -> this.tracking.deadlineSet(this.namespace.partitionOf(write.key()), write));
		return outcomes;
	}

	@Override
	public StoreOutcome delete(String key) {
		WriteReply reply = delete(key, List.of());
		return reply.outcome(reply.previousValue() != null);
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		GroupedBatch batch = new GroupedBatch(DELETE, this.index::forRemovals, removalArguments(), (index, ended) -> {
		});
		deletes.forEach((delete) -> batch.add(this.namespace.partitionOf(delete.key()),
				new WriteCommand.Logged(new DeleteCommand(this.names.toRedis(delete.key())), List.of(header(delete)))));
		return batch.send(this.connections);
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		WriteReply reply;
		if (value != null) {
			List<byte[]> arguments = new ArrayList<>(SetCommand.compareArguments(expected, value));
			arguments.add(ScriptArguments.flag(this.tracking.keepsValue(key)));
			arguments.add(header(KvEventType.SET, null));
			int partition = this.namespace.partitionOf(key);
			reply = set(partition, this.names.toRedis(key), arguments);
			this.tracking.lifetimeEnded(partition, key, reply.ended());
		}
		else {
			// removing a key that must be absent only checks that it is absent
			reply = (expected != null) ? delete(key, List.of(expected)) : new WriteReply(get(key), null);
		}
		return reply.outcome(Arrays.equals(reply.previousValue(), expected));
	}

	@Override
	public boolean expire(String key, long timeToLiveMillis) {
		if (!this.tracking.covers(key, true)) {
			return this.untracked.expire(key, timeToLiveMillis);
		}
		int partition = this.namespace.partitionOf(key);
		long waited = this.tracking.ensureGroup(partition, 0);
		List<byte[]> keys = keys(this.index.index(partition), this.names.toRedis(key));
		List<byte[]> arguments = new ArrayList<>(3);
		arguments.add(ScriptArguments.number(timeToLiveMillis));
		arguments.add(ScriptArguments.flag(this.tracking.keepsValue(key)));
		ScriptArguments.addHeaders(arguments);
		boolean exists = CallDeadline.afterWait(waited,
				() -> this.connections.call((connection) -> EXPIRE.test(connection, keys, arguments)));
		if (exists) {
			this.tracking.deadlineSet(partition, timeToLiveMillis);
		}
		return exists;
	}

	@Override
	public boolean persist(String key) {
		if (!this.tracking.isActive()) {
			return this.untracked.persist(key);
		}
		List<byte[]> keys = keys(this.index.index(this.namespace.partitionOf(key)), this.names.toRedis(key));
		return this.connections.call((connection) -> PERSIST.test(connection, keys, List.of()));
	}

	private WriteReply set(int partition, byte[] name, List<byte[]> scriptArguments) {
		List<byte[]> arguments = new ArrayList<>(setArguments());
		arguments.addAll(scriptArguments);
		List<?> reply = call(SET, keys(this.index.all(partition), name), arguments);
		return WriteReply.of(reply.get(1), partition);
	}

	private byte @Nullable [] get(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> connection.stringCommands().get(name));
	}

	/**
	 * Removes a key.
	 * @param expected the value that the key must hold; empty for any
	 */
	private WriteReply delete(String key, List<byte[]> expected) {
		int partition = this.namespace.partitionOf(key);
		List<byte[]> arguments = new ArrayList<>(removalArguments());
		arguments.add(header(KvEventType.DELETE, null));
		arguments.addAll(expected);
		List<?> reply = call(DELETE, keys(this.index.forRemovals(partition), this.names.toRedis(key)), arguments);
		return WriteReply.of(reply.get(1), partition);
	}

	private List<?> call(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
		return this.connections.call((connection) -> script.list(connection, keys, arguments));
	}

	private List<byte[]> setArguments() {
		return List.of(this.maxLength, ScriptArguments.indexed(this.tracking.isActive(), WriteHeaders.current()),
				this.tracking.receivers(), this.instanceId);
	}

	private List<byte[]> removalArguments() {
		return List.of(this.maxLength, ScriptArguments.flag(this.tracking.isActive()));
	}

	private byte[] header(StoreDelete delete) {
		return header((delete.batch() != null) ? KvEventType.BATCH_DELETE : KvEventType.DELETE, delete.batch());
	}

	private byte[] header(KvEventType type, @Nullable KvBatch batch) {
		return (this.headers != null) ? this.headers.next(type, batch, WriteHeaders.current()) : ScriptArguments.NONE;
	}

	private static List<byte[]> keys(List<byte[]> index, byte[] name) {
		List<byte[]> keys = new ArrayList<>(index);
		keys.add(name);
		return keys;
	}

}
