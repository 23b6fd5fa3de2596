package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.PartitionStatus;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.support.Delay;

/**
 * A listener in this instance: the handle on its loop.
 */
final class Subscription implements KvSubscription {

	/** What the loop may need behind the shutdown timeout, for a command that hangs. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	private final ListenerOptions options;

	private final ListenerSettings settings;

	private final ListenerMembership membership;

	private final TruncationDetector truncation;

	private final ListenerCounters counters;

	private final Supplier<SubscriptionRun> runs;

	private final DeadLetters deadLetters;

	private final SubscriptionOrders orders;

	private final Consumer<Subscription> closing;

	private final Object monitor = new Object();

	private volatile SubscriptionRun run;

	private volatile SubscriptionState stage = SubscriptionState.IDLE;

	private boolean closed;

	/** That of a listener that was closed before this one was registered. */
	private @Nullable SubscriptionRun before;

	/**
	 * Creates a subscription that isn't started.
	 * @param runs makes what begins with a start
	 * @param closing runs when it is closed
	 */
	Subscription(ListenerOptions options, ListenerSettings settings, ListenerMembership membership,
			TruncationDetector truncation, ListenerCounters counters, Supplier<SubscriptionRun> runs,
			DeadLetters deadLetters, Consumer<Subscription> closing) {
		this.options = options;
		this.settings = settings;
		this.membership = membership;
		this.truncation = truncation;
		this.counters = counters;
		this.runs = runs;
		this.run = runs.get();
		this.deadLetters = deadLetters;
		this.orders = new SubscriptionOrders(membership, truncation, this::run);
		this.closing = closing;
	}

	/**
	 * Has the first run begin only when that of another one is over, which had the same
	 * listener and was closed.
	 */
	void startBehind(Subscription closed) {
		this.before = closed.isRemoved() ? null : closed.run;
	}

	private boolean isRemoved() {
		return this.orders.isRemoved();
	}

	/**
	 * Whether nothing of this is under way.
	 */
	boolean isOver() {
		return this.run.isOver();
	}

	/**
	 * Begins, or begins again after {@link #suspend()}.
	 */
	void start() {
		synchronized (this.monitor) {
			if (this.closed || isStarted()) {
				return;
			}
			boolean again = this.stage != SubscriptionState.IDLE;
			SubscriptionRun previous = again ? this.run : this.before;
			SubscriptionRun next = again ? this.runs.get() : this.run;
			this.before = null;
			next.loop().onEnd(() -> ended(next));
			this.run = next;
			this.stage = SubscriptionState.RUNNING;
			next.start(previous);
		}
	}

	private boolean isStarted() {
		return this.stage == SubscriptionState.RUNNING;
	}

	private SubscriptionRun run() {
		return this.run;
	}

	/**
	 * A listener that another instance removed is closed with that, so that no start that
	 * comes meanwhile has it begin anew, and what was started before ends, too.
	 */
	private void ended(SubscriptionRun ended) {
		boolean removed = ended.loop().partitions().isRemoved();
		synchronized (this.monitor) {
			this.closed |= removed;
			if (this.run == ended) {
				this.stage = SubscriptionState.STOPPED;
			}
		}
		if (removed) {
			this.orders.removed();
			stop();
		}
	}

	/**
	 * What runs now, {@code null} if this is not started.
	 */
	@Nullable SubscriptionRun running() {
		synchronized (this.monitor) {
			return isStarted() ? this.run : null;
		}
	}

	/**
	 * Waits, if it was started to receive what comes from now on, until that position is
	 * settled.
	 * @param end when to wait no longer, in nanoseconds
	 */
	void awaitBegin(long end) {
		if (getOptions().getStartAt() == StartAt.LATEST && isStarted()) {
			SubscriptionOrders.interruptibly(() -> this.run.awaitFirstTurn(end));
		}
	}

	private AssignedPartitions partitions() {
		return this.run.loop().partitions();
	}

	@Override
	public String getId() {
		return this.membership.listener();
	}

	@Override
	public ListenerOptions getOptions() {
		return this.options;
	}

	@Override
	public SubscriptionState getState() {
		SubscriptionState stage = this.stage;
		if (stage != SubscriptionState.RUNNING) {
			return stage;
		}
		if (partitions().isPaused()) {
			return SubscriptionState.PAUSED;
		}
		return partitions().all().isEmpty() ? SubscriptionState.IDLE : SubscriptionState.RUNNING;
	}

	@Override
	public KvListenerStats getStats() {
		return this.counters.snapshot(partitions().all());
	}

	@Override
	public ListenerStatus getStatus() {
		List<ListenerStatus.Partition> partitions = new ArrayList<>();
		for (int partition = 0; partition < this.membership.partitions(); partition++) {
			PartitionStatus status = this.membership.status(partition);
			Checkpoint checkpoint = status.checkpoint();
			partitions.add(new ListenerStatus.Partition(partition, status.owner(), status.epoch(), status.paused(),
					(checkpoint != null) ? checkpoint.position() : null,
					Checkpoint.lag(this.truncation.state(partition), checkpoint), status.deadLetters()));
		}
		return new ListenerStatus(partitions);
	}

	@Override
	public KvDeadLetters getDeadLetters() {
		return this.deadLetters;
	}

	@Override
	public void pause() {
		this.orders.setPaused(true);
	}

	@Override
	public void resume() {
		this.orders.setPaused(false);
	}

	@Override
	public void checkpoint(KvPosition position) {
		this.orders.checkpoint(position);
	}

	@Override
	public void seek(StartPosition position) {
		this.orders.seek(position);
	}

	@Override
	public void close() {
		stop();
		awaitEnd(List.of(this), this.settings);
	}

	private static long shutdownDeadline(ListenerSettings settings) {
		return Delay.of(settings.shutdownTimeout()).plus(Delay.of(GRACE)).after(System.nanoTime());
	}

	/**
	 * Begins to stop for good, without waiting.
	 */
	void stop() {
		synchronized (this.monitor) {
			this.closed = true;
		}
		suspend();
		this.closing.accept(this);
	}

	/**
	 * Begins to stop until the next start, without waiting.
	 */
	void suspend() {
		synchronized (this.monitor) {
			if (isStarted()) {
				this.stage = SubscriptionState.STOPPING;
				this.run.stop();
			}
			else if (this.closed && this.stage == SubscriptionState.IDLE) {
				this.stage = SubscriptionState.STOPPED;
			}
		}
	}

	/**
	 * Waits for those that begin to stop now, but for one that calls this from within.
	 */
	static void awaitEnd(Collection<Subscription> subscriptions, ListenerSettings settings) {
		long end = shutdownDeadline(settings);
		List<SubscriptionRun> runs = subscriptions.stream()
			.map(Subscription::run)
			.filter((run) -> !run.isCalledFromWithin())
			.toList();
		SubscriptionOrders.interruptibly(() -> SubscriptionRun.awaitEnd(runs, end));
	}

	@Override
	public void remove() {
		this.orders.remove(this::close);
	}

}
