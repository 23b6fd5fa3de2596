package io.github.kvevents.memory;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.memory.MemoryListenerPartition.Term;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * Keeps the state of listeners in this process.
 */
public final class MemoryListenerStore implements ListenerStore {

	private final LongSupplier millis;

	private final Map<String, Map<Integer, MemoryListenerPartition>> listeners = new HashMap<>();

	private long letterNumber;

	/**
	 * Creates a store that is empty.
	 * @param millis the time in milliseconds since the epoch, by which leases end
	 */
	public MemoryListenerStore(LongSupplier millis) {
		this.millis = millis;
	}

	@Override
	public synchronized Members join(String listener, String instance, Duration lease, @Nullable Lease held,
			boolean quiet) {
		long now = this.millis.getAsLong();
		Map<String, Term> members = partition(0, listener).members;
		members.put(instance, new Term(now, lease));
		members.values().removeIf((term) -> !term.holds(now));
		Delay changesIn = members.entrySet()
			.stream()
			.filter((member) -> !member.getKey().equals(instance))
			.map((member) -> Delay.ofMillis(member.getValue().until() - now))
			.reduce(Delay.NEVER, Delay::min);
		MemoryListenerPartition partition = partition(0, listener);
		long removedAt = (partition.removedAt <= now) ? partition.removedAt : 0;
		Kept kept = (held != null) ? keep(held, lease, null, List.of(), quiet) : null;
		return new Members(List.copyOf(members.keySet()), changesIn, now, removedAt, partition.paused, kept);
	}

	@Override
	public synchronized void leave(String listener, String instance) {
		partition(0, listener).members.remove(instance);
	}

	@Override
	public synchronized Acquisition acquire(int number, String listener, String instance, Duration lease, long since) {
		long now = this.millis.getAsLong();
		MemoryListenerPartition partition = partition(number, listener);
		if (partition.removedAt > since && partition.removedAt <= now) {
			return Acquisition.none(Acquisition.Outcome.REMOVED, Delay.NEVER);
		}
		partition.seenAt = now;
		if (partition.owner != null && !partition.owner.equals(instance) && partition.term.holds(now)) {
			return Acquisition.none(Acquisition.Outcome.TAKEN, Delay.ofMillis(partition.term.until() - now));
		}
		partition.owner = instance;
		partition.term = new Term(now, lease);
		partition.taken = ++partition.epoch;
		return new Acquisition(Acquisition.Outcome.ACQUIRED, partition.epoch, Delay.NEVER, partition.paused,
				partition.checkpoint, Set.copyOf(partition.deadLettered));
	}

	@Override
	public synchronized Kept keep(Lease lease, Duration duration, @Nullable Checkpoint checkpoint,
			List<KvPosition> settled, boolean quiet) {
		MemoryListenerPartition partition = partition(lease.partition(), lease.listener());
		if (!partition.isHeldBy(lease)) {
			return Kept.LOST;
		}
		long now = this.millis.getAsLong();
		partition.term = new Term(now, duration);
		partition.seenAt = now;
		if (partition.paused && quiet) {
			partition.quiet = lease;
		}
		if (checkpoint != null) {
			partition.checkpoint = checkpoint;
			settled.forEach(partition.deadLettered::remove);
		}
		return partition.paused ? Kept.PAUSED : Kept.HELD;
	}

	@Override
	public synchronized void release(Lease lease) {
		MemoryListenerPartition partition = partition(lease.partition(), lease.listener());
		if (partition.isHeldBy(lease)) {
			partition.owner = null;
		}
	}

	@Override
	public synchronized @Nullable Holder setPaused(int number, String listener, boolean paused) {
		MemoryListenerPartition partition = partition(number, listener);
		partition.paused = paused;
		partition.quiet = null;
		return paused ? holder(partition, number, listener, Order.PAUSE) : null;
	}

	@Override
	public synchronized @Nullable Holder move(String listener, Checkpoint to, boolean forwardOnly) {
		int number = to.position().partition();
		MemoryListenerPartition partition = partition(number, listener);
		Checkpoint before = partition.checkpoint;
		if (forwardOnly && before != null && before.position().compareTo(to.position()) >= 0) {
			return null;
		}
		partition.checkpoint = to;
		partition.epoch++;
		partition.deadLettered.removeIf((position) -> !forwardOnly || position.compareTo(to.position()) <= 0);
		return holder(partition, number, listener, Order.MOVE);
	}

	@Override
	public synchronized @Nullable Holder remove(int number, String listener, Duration remember) {
		MemoryListenerPartition removed = new MemoryListenerPartition();
		removed.removedAt = remember.isZero() ? 0 : this.millis.getAsLong();
		MemoryListenerPartition before = partition(number, listener);
		// otherwise a lease of the removed one would be one of who begins anew
		removed.epoch = before.epoch;
		partitions(listener).put(number, removed);
		return holder(before, number, listener, Order.REMOVE);
	}

	private @Nullable Holder holder(MemoryListenerPartition partition, int number, String listener, Order order) {
		long now = this.millis.getAsLong();
		return (partition.owner != null && partition.term.holds(now))
				? new Holder(new Lease(listener, number, partition.owner, partition.taken), order,
						partition.term.until() - now)
				: null;
	}

	@Override
	public synchronized void obey(Lease lease) {
		partition(lease.partition(), lease.listener()).fenced = lease;
	}

	@Override
	public synchronized boolean hasObeyed(Holder holder) {
		Lease lease = holder.lease();
		MemoryListenerPartition partition = partition(lease.partition(), lease.listener());
		return switch (holder.order()) {
			case PAUSE -> lease.equals(partition.quiet) || lease.equals(partition.fenced) || !partition.isOf(lease);
			case MOVE -> lease.equals(partition.fenced) || !partition.isOf(lease);
			case REMOVE -> lease.equals(partition.fenced);
		};
	}

	@Override
	public synchronized DeadLetterOutcome addDeadLetter(Lease lease, LoggedChange change, Failure failure) {
		MemoryListenerPartition partition = partition(lease.partition(), lease.listener());
		if (!partition.isHeldBy(lease)) {
			return DeadLetterOutcome.LOST;
		}
		if (!partition.deadLettered.add(change.position())) {
			return DeadLetterOutcome.KNOWN;
		}
		add(partition, change, failure);
		return DeadLetterOutcome.ADDED;
	}

	private void add(MemoryListenerPartition partition, LoggedChange change, Failure failure) {
		String id = String.valueOf(++this.letterNumber);
		partition.letters.put(id, new StoredLetter(id, change, failure, this.millis.getAsLong()));
	}

	@Override
	public synchronized PartitionStatus status(int number, String listener) {
		MemoryListenerPartition partition = partition(number, listener);
		String owner = partition.term.holds(this.millis.getAsLong()) ? partition.owner : null;
		return new PartitionStatus(owner, partition.epoch, partition.paused, partition.checkpoint,
				partition.letters.size());
	}

	@Override
	public synchronized List<StoredLetter> letters(int number, String listener, @Nullable String after, int limit) {
		// ids have one part here, but those of another store may have two
		long from = (after != null) ? Long.parseUnsignedLong(after.split("-")[0]) : 0;
		return partition(number, listener).letters.values()
			.stream()
			.filter((letter) -> Long.compareUnsigned(Long.parseLong(letter.id()), from) > 0)
			.limit(limit)
			.toList();
	}

	@Override
	public synchronized @Nullable StoredLetter claim(int number, String listener, String letter, String instance,
			Duration duration) {
		MemoryListenerPartition partition = partition(number, listener);
		long now = this.millis.getAsLong();
		StoredLetter stored = partition.letters.get(letter);
		if (stored == null || partition.claims.getOrDefault(letter, Term.NONE).holds(now)) {
			return null;
		}
		partition.claims.put(letter, new Term(now, duration));
		return stored;
	}

	@Override
	public synchronized void complete(int number, String listener, StoredLetter letter, String instance,
			@Nullable Failure failure) {
		MemoryListenerPartition partition = partition(number, listener);
		partition.claims.remove(letter.id());
		if (partition.letters.remove(letter.id()) != null && failure != null) {
			add(partition, letter.change(), failure);
		}
	}

	@Override
	public synchronized boolean discard(int number, String listener, String letter) {
		MemoryListenerPartition partition = partition(number, listener);
		partition.claims.remove(letter);
		return partition.letters.remove(letter) != null;
	}

	@Override
	public synchronized long discardAll(int number, String listener, List<String> letters) {
		return letters.stream().filter((letter) -> discard(number, listener, letter)).count();
	}

	@Override
	public synchronized @Nullable KvPosition oldestNeeded(int number, Duration age) {
		long now = this.millis.getAsLong();
		long since = now - Delay.of(age).toMillis();
		return this.listeners.values()
			.stream()
			.map((partitions) -> partitions.get(number))
			.filter(Objects::nonNull)
			.filter((partition) -> partition.isSeenSince(since, now))
			.map((partition) -> partition.checkpoint)
			.filter(Objects::nonNull)
			.map(Checkpoint::position)
			.min(Comparator.naturalOrder())
			.orElse(null);
	}

	private Map<Integer, MemoryListenerPartition> partitions(String listener) {
		return this.listeners.computeIfAbsent(listener, (id) -> new HashMap<>());
	}

	private MemoryListenerPartition partition(int number, String listener) {
		return partitions(listener).computeIfAbsent(number, (id) -> new MemoryListenerPartition());
	}

}
