package io.github.kvevents.listener;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.listener.ListenerStore.Holder;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.ListenerStore.Members;
import io.github.kvevents.listener.PartitionReader.LogEnds;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * The partitions that this instance has for a listener: as many as is its share among all
 * instances that have the listener. Confined to the thread of the loop, where nothing
 * else is said.
 */
final class AssignedPartitions {

	/** A moment too early would be a turn for nothing. */
	private static final Delay JUST_AFTER = Delay.ofMillis(1);

	/** How often to look whether what was let through before a pause has ended. */
	private static final Delay LOOK = Delay.ofMillis(20);

	private final ListenerMembership membership;

	private final TruncationDetector truncation;

	private final PartitionOpener opener;

	private final PendingDeliveries deliveries;

	private final DeliveryPolicy policy;

	private final Delay tick;

	private final Map<Integer, AssignedPartition> assigned = new ConcurrentSkipListMap<>();

	private final LogEnds ends;

	private final AwayPartitions away;

	private volatile boolean paused;

	private volatile boolean removed;

	/** How much the feed has read since it was a reason to read on. */
	private long unread;

	/** The size of their values. */
	private long unreadBytes;

	/** Since when this instance has the listener, in the time of the store; 0 before. */
	private long since;

	/**
	 * Creates an instance that has none.
	 * @param processed what this instance knows to be done with in each partition since
	 * it started: by it a store that lost its data differs from a listener that is new
	 * @param tick how often to agree with others at least
	 * @param distributed whether partitions are on different nodes
	 */
	AssignedPartitions(ListenerMembership membership, TruncationDetector truncation, ListenerOptions options,
			PendingDeliveries deliveries, DeliveryPolicy policy, GapReporter gaps,
			Map<Integer, ProcessedHistory> processed, Delay tick, boolean distributed) {
		this.membership = membership;
		this.truncation = truncation;
		this.opener = new PartitionOpener(membership, truncation, options, deliveries, policy, gaps, processed);
		this.deliveries = deliveries;
		this.policy = policy;
		this.ends = new LogEnds(membership::now);
		this.tick = tick;
		this.away = new AwayPartitions(distributed, membership::now);
	}

	/** From any thread. */
	Collection<AssignedPartition> all() {
		return this.assigned.values();
	}

	/** From any thread. */
	@Nullable AssignedPartition get(int number) {
		return this.assigned.get(number);
	}

	/**
	 * Whether to read on at once: there may be something for the listener here, or so
	 * much for others that the log would soon remove it unread, or the listeners of this
	 * instance no longer keep it for each other. Called by the feed, which calls one at a
	 * time.
	 */
	boolean isToRead(TailRead read) {
		if (!this.assigned.containsKey(read.last().partition())) {
			return false;
		}
		this.unread += read.count();
		this.unreadBytes += read.changes().stream().mapToLong(LoggedChange::bytes).sum();
		boolean many = this.unread >= this.truncation.maxUnread()
				|| pages().isWorthReading(this.unread, this.unreadBytes);
		if (!many && read.changes().stream().noneMatch(this.policy::mayReceive)) {
			return false;
		}
		this.unread = 0;
		this.unreadBytes = 0;
		return true;
	}

	/** What the listeners of this instance read. From any thread. */
	SharedPages pages() {
		return this.truncation.pages();
	}

	/** Whether the listener is paused, as far as this instance knows. From any thread. */
	boolean isPaused() {
		return this.paused;
	}

	/** Whether all of the log is done with, in each partition. From any thread. */
	boolean isAtEnd() {
		return this.assigned.entrySet()
			.stream()
			.allMatch((entry) -> entry.getValue().queue().isAtEnd(this.truncation.state(entry.getKey())));
	}

	/** Whether a checkpoint is to be written, in a moment. From any thread. */
	boolean isCheckpointDue() {
		return this.assigned.values().stream().anyMatch((partition) -> partition.queue().window().isDue());
	}

	/** Whether the listener was removed by another instance. From any thread. */
	boolean isRemoved() {
		return this.removed;
	}

	/**
	 * Pauses the listener for all, or ends that. When this returns, no event is let
	 * through here. From any thread.
	 * @return who has to obey
	 */
	synchronized List<Holder> setPaused(boolean paused) {
		List<Holder> holders = this.membership.setPaused(paused);
		this.assigned.values().forEach((partition) -> partition.setPaused(paused));
		this.paused = paused;
		this.deliveries.setSuspended(paused);
		return holders;
	}

	/**
	 * Moves the checkpoint, whichever instance has the partition. When this returns,
	 * nothing of the old position is let through here. From any thread.
	 * @param forwardOnly whether to leave a checkpoint that is there already
	 * @return who has to obey
	 */
	synchronized @Nullable Holder move(Checkpoint to, boolean forwardOnly) {
		Holder holder = this.membership.move(to, forwardOnly);
		AssignedPartition here = this.assigned.get(to.position().partition());
		// also where the store had it already: this instance may have begun before that
		if (here != null && (!forwardOnly || holder != null || here.queue().isBehind(to))) {
			here.queue().moved();
		}
		return holder;
	}

	/**
	 * Where the log of each partition ends, as the feed sees it. From any thread.
	 */
	LogEnds ends() {
		return this.ends;
	}

	/**
	 * The partitions that are left out.
	 */
	AwayPartitions away() {
		return this.away;
	}

	/**
	 * Agrees with the other instances on who has what.
	 * @return when to look again
	 */
	synchronized Delay coordinate() {
		boolean quiet = this.paused && isQuiet();
		AssignedPartition first = this.assigned.get(0);
		long now = this.membership.now();
		Members members = this.away.call(0,
				() -> this.membership.join((first != null) ? first.idleLease() : null, quiet));
		if (members == null) {
			renew(quiet, null, now, null);
			return suspend(this.paused, quiet, this.tick);
		}
		// the clock of the store may be set back
		this.since = (this.since != 0) ? Math.min(this.since, members.now()) : members.now();
		if (members.removedAt() > this.since) {
			removed();
			return this.tick;
		}
		int share = this.membership.share(members);
		renew(quiet, first, now, members.kept());
		Delay pause = members.changesIn().min(acquire(share)).plus(JUST_AFTER).min(this.tick);
		giveUp(share);
		return suspend(members.paused(), quiet, pause);
	}

	/**
	 * Renews the leases.
	 * @param first the partition that was kept already, at a time, {@code null} for none
	 */
	private void renew(boolean quiet, @Nullable AssignedPartition first, long now, @Nullable Kept kept) {
		this.assigned.forEach((number, partition) -> this.away.run(number, () -> {
			if (partition == first && kept != null) {
				partition.renewed(now, kept, this.ends.get(number));
			}
			else {
				partition.renew(this.ends.get(number), quiet);
			}
		}));
	}

	/**
	 * Stops deliveries while the listener is paused.
	 * @return when to look again
	 */
	private Delay suspend(boolean pausedForAll, boolean quiet, Delay pause) {
		// a pause is of all partitions, so any of them shows it
		this.paused = this.assigned.isEmpty() ? pausedForAll
				: this.assigned.values().stream().anyMatch(AssignedPartition::isPaused);
		this.deliveries.setSuspended(this.paused);
		// others wait until a pause is obeyed, and this instance has said so
		return (this.paused && !quiet) ? pause.min(this.deliveries.untilQuiet().max(JUST_AFTER).min(LOOK)) : pause;
	}

	private boolean isQuiet() {
		return this.deliveries.untilQuiet().nanos() == 0;
	}

	private void removed() {
		this.removed = true;
		this.assigned.values().forEach(AssignedPartition::lose);
	}

	/**
	 * Takes partitions that nobody has.
	 * @return when the lease of another may end
	 */
	private Delay acquire(int share) {
		Delay wait = Delay.NEVER;
		for (int partition = 0; partition < this.membership.partitions() && this.assigned.size() < share; partition++) {
			if (this.assigned.containsKey(partition)) {
				continue;
			}
			int number = partition;
			Delay free = this.away.call(number, () -> acquirePartition(number));
			wait = (free != null) ? wait.min(free) : wait;
		}
		return wait;
	}

	private Delay acquirePartition(int partition) {
		long now = this.membership.now();
		Acquisition acquisition = this.membership.acquire(partition, this.since);
		switch (acquisition.outcome()) {
			case ACQUIRED -> this.assigned.put(partition, this.opener.open(partition, acquisition, now));
			case TAKEN -> {
				return acquisition.freeIn();
			}
			case REMOVED -> removed();
		}
		return Delay.NEVER;
	}

	private void giveUp(int share) {
		int surplus = (int) this.assigned.values().stream().filter((partition) -> !partition.isLeaving()).count()
				- share;
		for (AssignedPartition partition : this.assigned.values()) {
			if (surplus > 0 && !partition.isLeaving()) {
				partition.queue().leave();
				surplus--;
			}
		}
	}

	/**
	 * Gives a partition back when nothing of it is under way any more, and not before: if
	 * this instance has it again, the order must hold.
	 * @param release whether to release it in the store
	 * @return whether it was given back, or another instance has it
	 */
	boolean leaveIfIdle(AssignedPartition partition, boolean release) {
		if (!partition.isLeaving() || !partition.isIdle()) {
			return false;
		}
		if (release) {
			partition.release();
			// it may have turned out to be lost
			partition.obey();
		}
		this.assigned.remove(partition.held().lease().partition());
		partition.queue().end();
		return true;
	}

	/**
	 * Has no partition any more.
	 */
	void clear() {
		this.assigned.values().forEach((partition) -> partition.queue().end());
		this.assigned.clear();
	}

}
