package io.github.kvevents.redis.listener;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisZSetCommands.ZAddArgs;
import org.springframework.data.redis.connection.zset.Tuple;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.redis.StreamPages;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.Delay;

/**
 * Keeps it in Redis, beside the change log of each partition.
 */
public final class RedisListenerStore implements ListenerStore {

	private static final RedisScript JOIN = script("join");

	private static final RedisScript ACQUIRE = script("acquire");

	private static final RedisScript KEEP = script("keep");

	private static final RedisScript RELEASE = script("release");

	private static final RedisScript MOVE = script("move");

	private static final RedisScript REMOVE = script("remove");

	private static final RedisScript PAUSE = script("pause");

	private static final RedisScript OBEY = script("obey");

	private static final RedisScript HAS_OBEYED = script("has-obeyed");

	private static final RedisScript ADD_DEAD_LETTER = script("add-dead-letter");

	private static final RedisScript CLAIM_DEAD_LETTER = script("claim-dead-letter");

	private static final RedisScript COMPLETE_DEAD_LETTER = script("complete-dead-letter");

	private static final RedisScript READ_STATUS = script("read-status");

	private final RedisConnections connections;

	private final StreamPages pages;

	private final Namespace namespace;

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
		this.pages = new StreamPages(connectionFactory, 1);
		this.namespace = namespace;
	}

	private static RedisScript script(String name) {
		return RedisScript.load(RedisListenerStore.class, name + ".lua");
	}

	@Override
	public Members join(String listener, String instance, Duration lease, @Nullable Lease held, boolean quiet) {
		List<byte[]> keys = List.of(hash(0, listener), bytes(this.namespace.listeners(0)));
		List<byte[]> arguments = arguments(instance, Delay.of(lease).toMillis(), listener,
				(held != null) ? held.epoch() : "", quiet ? "1" : "0");
		List<?> reply = this.connections.call((connection) -> JOIN.list(connection, keys, arguments));
		List<String> ids = new ArrayList<>();
		reply.subList(5, reply.size()).forEach((id) -> ids.add(text(id)));
		Collections.sort(ids);
		long changes = (Long) reply.get(0);
		return new Members(ids, (changes >= 0) ? Delay.ofMillis(changes) : Delay.NEVER, (Long) reply.get(1),
				(Long) reply.get(2), (Long) reply.get(3) == 1, (held != null) ? kept((Long) reply.get(4)) : null);
	}

	@Override
	public void leave(String listener, String instance) {
		byte[] hash = hash(0, listener);
		this.connections.call(hash,
				(connection) -> connection.hashCommands().hDel(hash, bytes("instance:" + instance)));
	}

	@Override
	public Acquisition acquire(int partition, String listener, String instance, Duration lease, long since) {
		List<?> reply = this.connections.call((connection) -> ACQUIRE.list(connection,
				List.of(hash(partition, listener), bytes(this.namespace.listeners(partition))),
				arguments(listener, instance, Delay.of(lease).toMillis(), since)));
		long outcome = (Long) reply.get(0);
		if (outcome == 0) {
			return Acquisition.none(Acquisition.Outcome.TAKEN, Delay.ofMillis((Long) reply.get(1)));
		}
		if (outcome == 2) {
			return Acquisition.none(Acquisition.Outcome.REMOVED, Delay.NEVER);
		}
		StoredFields fields = new StoredFields(partition, (List<?>) reply.get(2));
		return new Acquisition(Acquisition.Outcome.ACQUIRED, (Long) reply.get(1), Delay.NEVER, fields.isPaused(),
				fields.checkpoint(), fields.deadLettered());
	}

	@Override
	public Kept keep(Lease lease, Duration duration, @Nullable Checkpoint checkpoint, List<KvPosition> settled,
			boolean quiet) {
		List<byte[]> arguments = arguments(lease.listener(), lease.instance(), lease.epoch(),
				Delay.of(duration).toMillis(), quiet ? "1" : "0");
		if (checkpoint != null) {
			arguments.addAll(checkpoint(checkpoint));
			arguments.add(bytes(checkpoint.history().toText()));
			settled.forEach((position) -> arguments.add(bytes(StoredFields.text(position))));
		}
		long reply = this.connections.call((connection) -> KEEP.count(connection,
				List.of(hash(lease.partition(), lease.listener()), bytes(this.namespace.listeners(lease.partition()))),
				arguments));
		return kept(reply);
	}

	private static Kept kept(long reply) {
		return (reply == 0) ? Kept.LOST : (reply == 1) ? Kept.HELD : Kept.PAUSED;
	}

	private static List<byte[]> checkpoint(Checkpoint checkpoint) {
		return arguments(StoredFields.text(checkpoint.position()), checkpoint.operationId(), checkpoint.ordinal());
	}

	@Override
	public void release(Lease lease) {
		this.connections.call((connection) -> RELEASE.test(connection,
				List.of(hash(lease.partition(), lease.listener())), arguments(lease.instance(), lease.epoch())));
	}

	@Override
	public @Nullable Holder setPaused(int partition, String listener, boolean paused) {
		List<?> reply = this.connections.call((connection) -> PAUSE.list(connection, List.of(hash(partition, listener)),
				arguments(paused ? "1" : "0")));
		return holder(reply, partition, listener, Order.PAUSE);
	}

	@Override
	public @Nullable Holder move(String listener, Checkpoint to, boolean forwardOnly) {
		int partition = to.position().partition();
		List<byte[]> arguments = checkpoint(to);
		arguments.add(bytes(forwardOnly ? "1" : "0"));
		List<?> reply = this.connections
			.call((connection) -> MOVE.list(connection, List.of(hash(partition, listener)), arguments));
		return holder(reply, partition, listener, Order.MOVE);
	}

	@Override
	public @Nullable Holder remove(int partition, String listener, Duration remember) {
		List<?> reply = this.connections.call((connection) -> REMOVE.list(connection, List.of(hash(partition, listener),
				bytes(this.namespace.listeners(partition)), letters(partition, listener)),
				arguments(listener, remember.toMillis())));
		return holder(reply, partition, listener, Order.REMOVE);
	}

	private static @Nullable Holder holder(List<?> reply, int partition, String listener, Order order) {
		return reply.isEmpty() ? null : new Holder(
				new Lease(listener, partition, text(reply.get(0)), (Long) reply.get(1)), order, (Long) reply.get(2));
	}

	@Override
	public void obey(Lease lease) {
		this.connections.call((connection) -> OBEY.test(connection, List.of(hash(lease.partition(), lease.listener())),
				arguments(lease.instance(), lease.epoch())));
	}

	@Override
	public boolean hasObeyed(Holder holder) {
		Lease lease = holder.lease();
		return this.connections
			.call((connection) -> HAS_OBEYED.test(connection, List.of(hash(lease.partition(), lease.listener())),
					arguments(lease.instance(), lease.epoch(), holder.order())));
	}

	@Override
	public DeadLetterOutcome addDeadLetter(Lease lease, LoggedChange change, Failure failure) {
		List<byte[]> arguments = arguments(lease.instance(), lease.epoch(), StoredFields.text(change.position()));
		arguments.addAll(LetterFields.write(change, failure));
		long reply = this.connections.call((connection) -> ADD_DEAD_LETTER.count(connection,
				both(lease.partition(), lease.listener()), arguments));
		return (reply == 0) ? DeadLetterOutcome.LOST : (reply == 1) ? DeadLetterOutcome.ADDED : DeadLetterOutcome.KNOWN;
	}

	@Override
	public PartitionStatus status(int partition, String listener) {
		List<?> reply = this.connections
			.call((connection) -> READ_STATUS.list(connection, both(partition, listener), List.of()));
		String owner = text(reply.get(0));
		StoredFields fields = new StoredFields(partition, (List<?>) reply.get(1));
		return new PartitionStatus(owner.isEmpty() ? null : owner, fields.epoch(), fields.isPaused(),
				fields.checkpoint(), (Long) reply.get(2));
	}

	@Override
	public List<StoredLetter> letters(int partition, String listener, int limit) {
		return pages(partition, listener, limit, UnaryOperator.identity())
			.map((entry) -> LetterFields.read(List.of(bytes(entry.id()), entry.fields())))
			.toList();
	}

	@Override
	public List<String> letterIds(int partition, String listener, int limit) {
		return pages(partition, listener, limit, StreamPages.Request::idsOnly).map(StreamPages.Entry::id).toList();
	}

	private Stream<StreamPages.Entry> pages(int partition, String listener, int limit,
			UnaryOperator<StreamPages.Request> kind) {
		byte[] stream = letters(partition, listener);
		List<StreamPages.Entry> entries = new ArrayList<>();
		StreamPages.Page page;
		String from = "-";
		do {
			page = this.pages.read(kind.apply(StreamPages.Request.forwards(stream, from, limit - entries.size())),
					(id) -> id + " of " + text(stream));
			entries.addAll(page.entries());
			from = entries.isEmpty() ? from : "(" + entries.get(entries.size() - 1).id();
		}
		while (page.more() && entries.size() < limit);
		return entries.stream();
	}

	@Override
	public @Nullable StoredLetter claim(int partition, String listener, String letter, String instance,
			Duration duration) {
		List<?> letters = this.connections.call((connection) -> CLAIM_DEAD_LETTER.list(connection,
				both(partition, listener), arguments(letter, instance, Delay.of(duration).toMillis())));
		return letters.isEmpty() ? null : LetterFields.read((List<?>) letters.get(0));
	}

	@Override
	public void complete(int partition, String listener, StoredLetter letter, String instance,
			@Nullable Failure failure) {
		List<byte[]> arguments = arguments(letter.id(), instance);
		if (failure != null) {
			arguments.addAll(LetterFields.write(letter.change(), failure));
		}
		this.connections
			.call((connection) -> COMPLETE_DEAD_LETTER.test(connection, both(partition, listener), arguments));
	}

	@Override
	public boolean discard(int partition, String listener, String letter) {
		byte[] letters = letters(partition, listener);
		Long removed = this.connections.call(letters,
				(connection) -> connection.streamCommands().xDel(letters, letter));
		return removed != null && removed == 1;
	}

	@Override
	public @Nullable KvPosition oldestNeeded(int partition, Duration age) {
		byte[] signs = bytes(this.namespace.listeners(partition));
		return this.connections.call(signs, (connection) -> {
			KvPosition oldest = null;
			for (byte[] id : seen(connection, signs, age)) {
				byte[] checkpoint = connection.hashCommands().hGet(hash(partition, text(id)), bytes("checkpoint"));
				KvPosition position = (checkpoint != null) ? KvPosition.parse(partition + ":" + text(checkpoint))
						: null;
				oldest = (position != null && (oldest == null || position.compareTo(oldest) < 0)) ? position : oldest;
			}
			return oldest;
		});
	}

	/**
	 * The listeners that gave a sign of life lately. One that lies ahead counts from now
	 * on: the server's clock was set back, and the listener may still need its entries.
	 */
	private static List<byte[]> seen(RedisConnection connection, byte[] signs, Duration age) {
		Long time = connection.serverCommands().time(TimeUnit.MILLISECONDS);
		double now = (time != null) ? time : 0;
		Set<Tuple> found = connection.zSetCommands()
			.zRangeByScoreWithScores(signs, now - Delay.of(age).toMillis(), Double.POSITIVE_INFINITY);
		List<byte[]> ids = new ArrayList<>();
		for (Tuple sign : (found != null) ? found : Set.<Tuple>of()) {
			if (sign.getScore() > now) {
				connection.zSetCommands().zAdd(signs, now, sign.getValue(), ZAddArgs.ifExists());
			}
			ids.add(sign.getValue());
		}
		return ids;
	}

	private List<byte[]> both(int partition, String listener) {
		return List.of(hash(partition, listener), letters(partition, listener));
	}

	private byte[] hash(int partition, String listener) {
		return bytes(this.namespace.listener(partition, listener));
	}

	private byte[] letters(int partition, String listener) {
		return bytes(this.namespace.deadLetters(partition, listener));
	}

	private static List<byte[]> arguments(Object... arguments) {
		List<byte[]> list = new ArrayList<>();
		Stream.of(arguments).forEach((argument) -> list.add(bytes(String.valueOf(argument))));
		return list;
	}

	private static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
