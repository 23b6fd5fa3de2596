package io.github.kvevents.listener;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.listener.ListenerStore.Members;
import io.github.kvevents.log.ChangeFeed;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Alarm;
import io.github.kvevents.support.LoopHealth;

/**
 * The thread of a listener in this instance: takes its share of the partitions, renews
 * their leases, and has each read on when there is something new or room for it.
 */
final class SubscriptionLoop implements Runnable {

	/** So that orders of other instances are obeyed within a second. */
	private static final long MAX_TICK_MILLIS = 1000;

	/** What handlers that are interrupted have to end. */
	private static final long INTERRUPTED_MILLIS = 1000;

	private final SubscriptionParts parts;

	private final ChangeFeed feed;

	private final Alarm alarm;

	private final long tickMillis;

	private final LoopHealth health;

	private final Map<Integer, OwnedPartition> owned = new ConcurrentSkipListMap<>();

	private long nextTickAt;

	private volatile boolean stopped;

	private volatile boolean paused;

	private volatile boolean tickNow = true;

	/**
	 * Creates a loop.
	 * @param alarm wakes it
	 */
	SubscriptionLoop(SubscriptionParts parts, ChangeFeed feed, Alarm alarm) {
		this.parts = parts;
		this.feed = feed;
		this.alarm = alarm;
		this.tickMillis = Math.min(MAX_TICK_MILLIS, parts.settings().lease().toMillis() / 4);
		this.health = new LoopHealth(KvListenerRegistry.class, "Listener '" + parts.id() + "'");
	}

	/**
	 * Has the loop look at what others said, at once.
	 */
	void tick() {
		this.tickNow = true;
		this.alarm.ringIn(0);
	}

	void stop() {
		this.stopped = true;
		this.alarm.ringIn(0);
	}

	Collection<OwnedPartition> partitions() {
		return this.owned.values();
	}

	/**
	 * Whether the listener is paused, as far as this instance knows.
	 */
	boolean isPaused() {
		return this.paused;
	}

	/**
	 * Pauses the listener for all, or ends that. When this returns, it holds here.
	 */
	synchronized void setPaused(boolean paused) {
		for (int partition = 0; partition < this.parts.partitions(); partition++) {
			this.parts.store().setPaused(partition, this.parts.id(), paused);
		}
		this.owned.values().forEach((partition) -> partition.setPaused(paused));
		this.paused = paused;
		this.parts.lanes().setSuspended(paused);
		tick();
	}

	@Nullable OwnedPartition partition(int number) {
		return this.owned.get(number);
	}

	@Override
	public void run() {
		ChangeFeed.Subscription subscription = this.feed.subscribe(new WakeUp());
		try {
			while (!this.stopped) {
				this.alarm.reset();
				this.alarm.doze(turnSafely());
			}
			finish();
		}
		finally {
			subscription.close();
		}
	}

	private long turnSafely() {
		try {
			long pause = turn();
			this.health.succeeded();
			return pause;
		}
		catch (Throwable ex) {
			return this.stopped ? 0 : this.health.failed(ex);
		}
	}

	private long turn() {
		if (this.tickNow || this.parts.nanoTime().getAsLong() - this.nextTickAt >= 0) {
			this.tickNow = false;
			long pause = coordinate();
			this.nextTickAt = this.parts.nanoTime().getAsLong() + TimeUnit.MILLISECONDS.toNanos(pause);
		}
		long retry = this.parts.lanes().resumeDue(false);
		boolean more = false;
		for (OwnedPartition partition : this.owned.values()) {
			more |= partition.turn();
			leaveIfIdle(partition);
		}
		if (more || this.tickNow) {
			return 0;
		}
		long untilTick = this.nextTickAt - this.parts.nanoTime().getAsLong();
		// up to the next millisecond: a moment too early would be a turn for nothing
		return Math.max(0, TimeUnit.NANOSECONDS.toMillis(Math.min(untilTick, retry))) + 1;
	}

	/**
	 * Agrees with the other instances on who has what.
	 * @return in how many milliseconds to look again
	 */
	private synchronized long coordinate() {
		Duration lease = this.parts.settings().lease();
		Members members = this.parts.store().join(this.parts.id(), this.parts.instance(), lease);
		int share = FairShare.of(this.parts.instance(), members.ids(), this.parts.partitions(), this.parts.id());
		this.owned.values().forEach(OwnedPartition::renew);
		long pause = Math.min(this.tickMillis, members.changesInMillis() + 1);
		pause = Math.min(pause, acquire(share));
		giveUp(share);
		this.paused = this.owned.values().stream().anyMatch(OwnedPartition::isPaused);
		this.parts.lanes().setSuspended(this.paused);
		return Math.max(1, pause);
	}

	/**
	 * Takes partitions that nobody has.
	 * @return in how many milliseconds the lease of another may end
	 */
	private long acquire(int share) {
		long wait = Long.MAX_VALUE;
		for (int partition = 0; partition < this.parts.partitions() && this.owned.size() < share; partition++) {
			if (this.owned.containsKey(partition)) {
				continue;
			}
			long now = this.parts.nanoTime().getAsLong();
			Acquisition acquisition = this.parts.store()
				.acquire(partition, this.parts.id(), this.parts.instance(), this.parts.settings().lease());
			switch (acquisition.outcome()) {
				case ACQUIRED -> this.owned.put(partition, begin(partition, acquisition, now));
				case TAKEN -> wait = Math.min(wait, acquisition.freeInMillis() + 1);
				case REMOVED -> this.stopped = true;
			}
		}
		return wait;
	}

	private OwnedPartition begin(int partition, Acquisition acquisition, long now) {
		LogState state = this.parts.log().getState(partition);
		Passed passed = this.parts.passedIn(partition);
		Checkpoint reached = passed.reached();
		boolean lost = reached != null && this.parts.continuity().isLost(state, reached);
		Checkpoint stored = acquisition.checkpoint();
		Checkpoint checkpoint = (stored != null) ? stored : begin(state, partition, passed);
		Lease lease = new Lease(this.parts.id(), partition, this.parts.instance(), acquisition.epoch());
		OwnedPartition owned = new OwnedPartition(this.parts, lease, checkpoint, acquisition.aside(),
				acquisition.paused(), state, now);
		owned.begin(stored == null, (reached != null && lost) ? reached.position() : null);
		return owned;
	}

	/**
	 * Where to begin that has no checkpoint: it is new, or the store lost it.
	 */
	private Checkpoint begin(LogState state, int partition, Passed passed) {
		Checkpoint reached = passed.reached();
		Checkpoint agreed = (reached != null) ? this.parts.continuity().agreed(state, reached, passed) : null;
		if (agreed != null) {
			return agreed;
		}
		return (this.parts.options().getStartAt() == StartAt.EARLIEST || reached != null)
				? LogContinuity.earliest(state, partition) : this.parts.continuity().latest(state);
	}

	private void giveUp(int share) {
		int surplus = (int) this.owned.values().stream().filter((partition) -> !partition.isLeaving()).count() - share;
		for (OwnedPartition partition : this.owned.values()) {
			if (surplus > 0 && !partition.isLeaving()) {
				partition.leave();
				surplus--;
			}
		}
	}

	/**
	 * Gives a partition back when nothing of it is under way any more, and not before: if
	 * this instance has it again, the order must hold.
	 */
	private void leaveIfIdle(OwnedPartition partition) {
		if (partition.isLeaving() && partition.isIdle()) {
			partition.release();
			this.owned.remove(partition.lease().partition());
			this.tickNow |= partition.isLost();
		}
	}

	/**
	 * Lets what is being handled end, writes how far it is and gives everything back.
	 */
	private void finish() {
		this.owned.values().forEach(OwnedPartition::leave);
		this.parts.lanes().setSuspended(false);
		this.parts.lanes().resumeDue(true);
		long end = this.parts.nanoTime().getAsLong() + this.parts.settings().shutdownTimeout().toNanos();
		while (!this.owned.isEmpty() && this.parts.nanoTime().getAsLong() - end < 0) {
			this.alarm.reset();
			this.alarm.doze(finishTurn());
		}
		this.parts.policy().stop();
		this.parts.lanes().close(INTERRUPTED_MILLIS);
		try {
			this.owned.values().forEach(OwnedPartition::release);
			this.owned.clear();
			this.parts.store().leave(this.parts.id(), this.parts.instance());
		}
		catch (RuntimeException ex) {
			this.health.failed(ex);
		}
	}

	private long finishTurn() {
		try {
			if (this.parts.nanoTime().getAsLong() - this.nextTickAt >= 0) {
				this.nextTickAt = this.parts.nanoTime().getAsLong() + TimeUnit.MILLISECONDS.toNanos(this.tickMillis);
				this.owned.values().forEach(OwnedPartition::renew);
			}
			this.parts.lanes().resumeDue(true);
			for (OwnedPartition partition : List.copyOf(this.owned.values())) {
				leaveIfIdle(partition);
			}
			return this.owned.isEmpty() ? 0 : this.tickMillis;
		}
		catch (RuntimeException ex) {
			return this.health.failed(ex);
		}
	}

	/**
	 * Takes what the feed reads for a sign that there is something to read.
	 */
	private final class WakeUp implements ChangeFeed.Subscriber {

		@Override
		public void onChanges(List<LoggedChange> changes) {
			SubscriptionLoop.this.alarm.ringIn(0);
		}

		@Override
		public void onReset(int partition, KvPosition to) {
			tick();
		}

		@Override
		public void onConnect() {
			tick();
		}

	}

}
