package io.github.kvevents.redis.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.redis.StreamPages;
import io.github.kvevents.redis.listener.ListenerKeys.StoredFields;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.Delay;

/**
 * Keeps it in Redis, beside the change log of each partition.
 */
public final class RedisListenerStore implements ListenerStore {

	private static final Log logger = LogFactory.getLog(RedisListenerStore.class);

	private static final RedisScript JOIN = script("join");

	private static final RedisScript ACQUIRE = script("acquire");

	private static final RedisScript KEEP = script("keep");

	private static final RedisScript RELEASE = script("release");

	private static final RedisScript MOVE = script("move");

	private static final RedisScript REMOVE = script("remove");

	private static final RedisScript PAUSE = script("pause");

	private static final RedisScript OBEY = script("obey");

	private static final RedisScript HAS_OBEYED = script("has-obeyed");

	private static final RedisScript READ_STATUS = script("read-status");

	private final RedisConnections connections;

	private final ListenerKeys keys;

	private final RedisDeadLetters deadLetters;

	private final ActiveListeners activeListeners;

	/**
	 * Creates the store; nothing is sent.
	 * @param connectionFactory where connections come from; none is kept
	 * @param namespace the namespace of the change log
	 * @param check looks at the namespace before it is used, {@code null} to leave open
	 * who uses it
	 */
	public RedisListenerStore(RedisConnectionFactory connectionFactory, Namespace namespace,
			@Nullable NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		this.connections = RedisConnections.of(connectionFactory).checkedBy(check);
		this.keys = new ListenerKeys(namespace);
		this.deadLetters = new RedisDeadLetters(this.connections, new StreamPages(connectionFactory, 1), this.keys);
		this.activeListeners = new ActiveListeners(this.connections, this.keys);
	}

	private static RedisScript script(String name) {
		return RedisScript.load(RedisListenerStore.class, name + ".lua");
	}

	@Override
	public Members join(String listener, String instance, Duration lease, @Nullable Lease held, boolean quiet) {
		List<byte[]> keys = List.of(this.keys.hash(0, listener), this.keys.active(0));
		List<byte[]> arguments = ListenerKeys.arguments(instance, Delay.of(lease).toMillis(), listener,
				(held != null) ? held.epoch() : "", quiet ? "1" : "0");
		List<?> reply = this.connections.call((connection) -> JOIN.list(connection, keys, arguments));
		List<String> ids = new ArrayList<>();
		reply.subList(5, reply.size()).forEach((id) -> ids.add(ListenerKeys.text(id)));
		Collections.sort(ids);
		long changes = (Long) reply.get(0);
		return new Members(ids, (changes >= 0) ? Delay.ofMillis(changes) : Delay.NEVER, (Long) reply.get(1),
				(Long) reply.get(2), (Long) reply.get(3) == 1, (held != null) ? kept((Long) reply.get(4)) : null);
	}

	@Override
	public void leave(String listener, String instance) {
		byte[] hash = this.keys.hash(0, listener);
		this.connections.call(hash,
				(connection) -> connection.hashCommands().hDel(hash, ListenerKeys.bytes("instance:" + instance)));
	}

	@Override
	public Acquisition acquire(int partition, String listener, String instance, Duration lease, long since) {
		List<?> reply = this.connections.call((connection) -> ACQUIRE.list(connection,
				List.of(this.keys.hash(partition, listener), this.keys.active(partition)),
				ListenerKeys.arguments(listener, instance, Delay.of(lease).toMillis(), since)));
		long outcome = (Long) reply.get(0);
		if (outcome == 0) {
			return Acquisition.none(Acquisition.Outcome.TAKEN, Delay.ofMillis((Long) reply.get(1)));
		}
		if (outcome == 2) {
			return Acquisition.none(Acquisition.Outcome.REMOVED, Delay.NEVER);
		}
		StoredFields fields = new StoredFields(partition, (List<?>) reply.get(2));
		if (fields.isCheckpointUnreadable()) {
			logger
				.warn(("The checkpoint of listener '%s' in partition %d can't be read, so it resumes from the earliest "
						+ "entry: no other client should write to '%s'")
					.formatted(KeyText.printable(listener), partition,
							KeyText.printable(ListenerKeys.text(this.keys.hash(partition, listener)))));
		}
		return new Acquisition(Acquisition.Outcome.ACQUIRED, (Long) reply.get(1), Delay.NEVER, fields.isPaused(),
				fields.checkpoint(), fields.deadLettered());
	}

	@Override
	public Kept keep(Lease lease, Duration duration, @Nullable Checkpoint checkpoint, List<KvPosition> settled,
			boolean quiet) {
		List<byte[]> arguments = ListenerKeys.arguments(lease.listener(), lease.instance(), lease.epoch(),
				Delay.of(duration).toMillis(), quiet ? "1" : "0");
		if (checkpoint != null) {
			arguments.addAll(checkpoint(checkpoint));
			arguments.add(ListenerKeys.bytes(checkpoint.history().toText()));
			settled.forEach((position) -> arguments.add(ListenerKeys.bytes(ListenerKeys.entryId(position))));
		}
		long reply = this.connections.call((connection) -> KEEP.count(connection,
				List.of(this.keys.hash(lease), this.keys.active(lease.partition())), arguments));
		return kept(reply);
	}

	private static Kept kept(long reply) {
		return (reply == 0) ? Kept.LOST : (reply == 1) ? Kept.HELD : Kept.PAUSED;
	}

	private static List<byte[]> checkpoint(Checkpoint checkpoint) {
		return ListenerKeys.arguments(ListenerKeys.entryId(checkpoint.position()), checkpoint.operationId(),
				checkpoint.ordinal());
	}

	@Override
	public void release(Lease lease) {
		this.connections.call((connection) -> RELEASE.test(connection, List.of(this.keys.hash(lease)),
				ListenerKeys.arguments(lease.instance(), lease.epoch())));
	}

	@Override
	public @Nullable Holder setPaused(int partition, String listener, boolean paused) {
		List<?> reply = this.connections.call((connection) -> PAUSE.list(connection,
				List.of(this.keys.hash(partition, listener)), ListenerKeys.arguments(paused ? "1" : "0")));
		return holder(reply, partition, listener, Order.PAUSE);
	}

	@Override
	public @Nullable Holder move(String listener, Checkpoint to, boolean forwardOnly) {
		int partition = to.position().partition();
		List<byte[]> arguments = checkpoint(to);
		arguments.add(ListenerKeys.bytes(forwardOnly ? "1" : "0"));
		List<?> reply = this.connections
			.call((connection) -> MOVE.list(connection, List.of(this.keys.hash(partition, listener)), arguments));
		return holder(reply, partition, listener, Order.MOVE);
	}

	@Override
	public @Nullable Holder remove(int partition, String listener, Duration remember) {
		List<?> reply = this.connections.call((connection) -> REMOVE.list(connection,
				List.of(this.keys.hash(partition, listener), this.keys.active(partition),
						this.keys.letters(partition, listener)),
				ListenerKeys.arguments(listener, remember.toMillis())));
		return holder(reply, partition, listener, Order.REMOVE);
	}

	private static @Nullable Holder holder(List<?> reply, int partition, String listener, Order order) {
		return reply.isEmpty() ? null
				: new Holder(new Lease(listener, partition, ListenerKeys.text(reply.get(0)), (Long) reply.get(1)),
						order, (Long) reply.get(2));
	}

	@Override
	public void obey(Lease lease) {
		this.connections.call((connection) -> OBEY.test(connection, List.of(this.keys.hash(lease)),
				ListenerKeys.arguments(lease.instance(), lease.epoch())));
	}

	@Override
	public boolean hasObeyed(Holder holder) {
		Lease lease = holder.lease();
		return this.connections.call((connection) -> HAS_OBEYED.test(connection, List.of(this.keys.hash(lease)),
				ListenerKeys.arguments(lease.instance(), lease.epoch(), holder.order())));
	}

	@Override
	public PartitionStatus status(int partition, String listener) {
		List<?> reply = this.connections
			.call((connection) -> READ_STATUS.list(connection, this.keys.both(partition, listener), List.of()));
		String owner = ListenerKeys.text(reply.get(0));
		StoredFields fields = new StoredFields(partition, (List<?>) reply.get(1));
		return new PartitionStatus(owner.isEmpty() ? null : owner, fields.epoch(), fields.isPaused(),
				fields.checkpoint(), (Long) reply.get(2));
	}

	@Override
	public DeadLetterOutcome addDeadLetter(Lease lease, LoggedChange change, Failure failure) {
		return this.deadLetters.add(lease, change, failure);
	}

	@Override
	public List<StoredLetter> letters(int partition, String listener, @Nullable String after, int limit) {
		return this.deadLetters.list(partition, listener, after, limit);
	}

	@Override
	public List<String> letterIds(int partition, String listener, int limit) {
		return this.deadLetters.listIds(partition, listener, limit);
	}

	@Override
	public @Nullable StoredLetter claim(int partition, String listener, String letter, String instance,
			Duration duration) {
		return this.deadLetters.claim(partition, listener, letter, instance, duration);
	}

	@Override
	public void complete(int partition, String listener, StoredLetter letter, String instance,
			@Nullable Failure failure) {
		this.deadLetters.complete(partition, listener, letter, instance, failure);
	}

	@Override
	public boolean discard(int partition, String listener, String letter) {
		return this.deadLetters.discard(partition, listener, List.of(letter)) == 1;
	}

	@Override
	public long discardAll(int partition, String listener, List<String> letters) {
		return this.deadLetters.discard(partition, listener, letters);
	}

	@Override
	public @Nullable KvPosition oldestNeeded(int partition, Duration age) {
		return this.activeListeners.oldestNeeded(partition, age);
	}

}
