package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.SubscriptionShutdown.ShutdownDeadline;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.GapLog;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.LoopHealth;

/**
 * The loop of a listener in this instance: has the leases of its partitions renewed, and
 * has each read on when there is something new or room for it.
 */
final class SubscriptionLoop {

	/** So that orders of other instances are obeyed within a second. */
	private static final Delay MAX_TICK = Delay.ofMillis(1000);

	private final ListenerMembership membership;

	private final PendingDeliveries deliveries;

	private final ChangeFeed feed;

	private final PooledLoop loop;

	private final LoopHealth health;

	private final ShutdownDeadline deadline;

	private final SubscriptionShutdown shutdown;

	private final AssignedPartitions partitions;

	private final GapLog gaps;

	private final CountDownLatch firstTurn = new CountDownLatch(1);

	private ChangeFeed.@Nullable Subscription subscription;

	private long nextTickAt;

	private volatile boolean stopped;

	private volatile Runnable end = () -> {
	};

	private volatile boolean tickNow = true;

	/**
	 * Creates a loop.
	 * @param loop has it take its turns
	 * @param gaps logs what was missed
	 */
	SubscriptionLoop(ListenerMembership membership, AssignedPartitions partitions, PendingDeliveries deliveries,
			SubscriptionShutdown shutdown, ChangeFeed feed, PooledLoop loop, GapLog gaps) {
		this.membership = membership;
		this.deliveries = deliveries;
		this.shutdown = shutdown;
		this.feed = feed;
		this.loop = loop;
		this.health = new LoopHealth(KvListenerRegistry.class, "Listener '" + membership.listener() + "'");
		this.deadline = shutdown.deadline();
		this.partitions = partitions;
		this.gaps = gaps;
	}

	/**
	 * How often to agree with other instances at least.
	 */
	static Delay tick(Duration lease) {
		return Delay.of(lease.dividedBy(4)).min(MAX_TICK);
	}

	/**
	 * Has the loop look at what others said, at once.
	 */
	void tick() {
		this.tickNow = true;
		this.loop.wakeUp();
	}

	/**
	 * Has the loop look which retries are due.
	 */
	void beginDue() {
		this.loop.wakeUp();
	}

	/**
	 * What is pending, in words; {@code null} if this waits for entries, for the time of
	 * a retry or for the end of a pause. From any thread.
	 */
	@Nullable String pending() {
		List<String> handled = this.deliveries.handled();
		if (handled != null && !handled.isEmpty()) {
			return "handles " + KeyText.printable(handled);
		}
		boolean blocked = this.partitions.isPaused() || this.deliveries.isWaiting();
		boolean idle = handled == null && this.firstTurn.getCount() == 0 && this.loop.isIdle();
		if (idle && this.partitions.isCheckpointDue()) {
			return "writes its checkpoint";
		}
		if (idle && (blocked || this.partitions.isAtEnd())) {
			return null;
		}
		if (idle) {
			// of what isn't for the listener it wasn't told
			this.loop.wakeUp();
		}
		return "reads the change log";
	}

	void stop() {
		this.deadline.stops();
		this.stopped = true;
		this.loop.wakeUp();
	}

	/**
	 * Sets what to do at the end of the loop.
	 */
	void onEnd(Runnable end) {
		this.end = end;
	}

	boolean isStopped() {
		return this.stopped;
	}

	/**
	 * Whether it is to be interrupted, since it is to stop and the store doesn't answer.
	 */
	boolean isToBeInterrupted() {
		return this.deadline.endsNow();
	}

	AssignedPartitions partitions() {
		return this.partitions;
	}

	/**
	 * Waits until the store knows where a new listener begins, or has failed to answer.
	 * @param end when to wait no longer, in the time of the loop
	 */
	void awaitFirstTurn(long end) throws InterruptedException {
		this.firstTurn.await(end - this.membership.now(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Does what there is to do now.
	 * @return when to look again at the latest, {@code null} once this is over
	 */
	@Nullable Delay run() {
		Delay pause = null;
		try {
			if (this.subscription == null) {
				this.subscription = this.feed.subscribe(new WakeUp());
				this.partitions.pages().enter();
			}
			pause = this.stopped ? this.shutdown.turn() : turnSafely();
			return pause;
		}
		finally {
			if (pause == null) {
				end();
			}
		}
	}

	private void end() {
		if (this.subscription != null) {
			this.partitions.pages().leave();
		}
		this.gaps.log();
		this.firstTurn.countDown();
		if (this.subscription != null) {
			this.subscription.close();
		}
		this.end.run();
	}

	private Delay turnSafely() {
		this.deadline.asks();
		try {
			Delay pause = turn();
			this.health.succeeded();
			return this.stopped ? Delay.NONE : pause;
		}
		catch (Throwable ex) {
			return this.stopped ? Delay.NONE : Delay.ofMillis(this.health.failed(ex));
		}
		finally {
			this.deadline.answered();
			this.firstTurn.countDown();
		}
	}

	private Delay turn() {
		if (this.tickNow || this.membership.now() - this.nextTickAt >= 0) {
			this.tickNow = false;
			Delay pause = this.partitions.coordinate();
			this.partitions.pages().forgetUnused();
			if (this.partitions.isRemoved()) {
				this.stopped = true;
			}
			this.nextTickAt = pause.after(this.membership.now());
		}
		Delay retry = this.deliveries.resumeDue(false);
		boolean more = false;
		AwayPartitions away = this.partitions.away();
		for (AssignedPartition partition : this.partitions.all()) {
			int number = partition.held().lease().partition();
			more |= Boolean.TRUE.equals(away.call(number, () -> partition.turn(this.partitions.ends().get(number))));
			Delay pause = away.call(number, () -> partition.obey().min(partition.untilWrite()));
			retry = (pause != null) ? retry.min(pause) : retry;
			away.run(number, () -> leaveIfIdle(partition));
		}
		Delay logging = this.gaps.logIfDue();
		away.rethrow();
		if (more || this.tickNow) {
			return Delay.NONE;
		}
		return retry.min(logging).min(Delay.ofNanos(this.nextTickAt - this.membership.now()));
	}

	private void leaveIfIdle(AssignedPartition partition) {
		if (this.partitions.leaveIfIdle(partition, true) && partition.isLost()) {
			this.tickNow = true;
		}
	}

	/**
	 * Takes what the feed reads for a sign that there is something to read. Entries that
	 * are for others are read with the next tick, or when there are many.
	 */
	private final class WakeUp implements ChangeFeed.Subscriber {

		@Override
		public void onRead(TailRead read) {
			SubscriptionLoop.this.partitions.ends().forget(read.last().partition());
			SubscriptionLoop.this.partitions.pages().see(read.last());
			signal(read.last().partition());
			if (SubscriptionLoop.this.partitions.isToRead(read)) {
				SubscriptionLoop.this.loop.wakeUp();
			}
		}

		@Override
		public void onChanges(List<LoggedChange> changes) {
			SubscriptionLoop.this.loop.wakeUp();
		}

		@Override
		public void onReset(int partition, KvPosition to) {
			SubscriptionLoop.this.partitions.ends().forget();
			SubscriptionLoop.this.partitions.pages().forget(partition);
			signal(partition);
			tick();
		}

		@Override
		public void onCompare(KvPosition last) {
			SubscriptionLoop.this.partitions.ends().see(last);
			signal(last.partition());
		}

		private void signal(int partition) {
			if (SubscriptionLoop.this.partitions.away().signal(partition)) {
				tick();
			}
		}

		@Override
		public void onConnect() {
			SubscriptionLoop.this.partitions.ends().forget();
			SubscriptionLoop.this.partitions.pages().forget();
			tick();
		}

	}

}
