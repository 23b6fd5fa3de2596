package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Standing;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.LogState;
import io.github.kvevents.support.Delay;

/**
 * A listener in this instance: the handle on its loop.
 */
final class Subscription implements KvSubscription {

	/** For how long other instances find out that a listener was removed, at least. */
	private static final Duration REMEMBER = Duration.ofSeconds(30);

	/** What the loop may need behind the shutdown timeout, for a command that hangs. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	/** How often to look whether the loop waits for a store that is gone. */
	private static final long LOOK_MILLIS = 50;

	private final SubscriptionParts parts;

	private final SubscriptionLoop loop;

	private final DeadLetters deadLetters;

	private final Consumer<Subscription> closed;

	private final Object monitor = new Object();

	private @Nullable Thread thread;

	private volatile boolean removed;

	private volatile SubscriptionState stage = SubscriptionState.IDLE;

	/**
	 * Creates a subscription.
	 * @param closed told when it is closed
	 */
	Subscription(SubscriptionParts parts, SubscriptionLoop loop, DeadLetters deadLetters,
			Consumer<Subscription> closed) {
		this.parts = parts;
		this.loop = loop;
		this.deadLetters = deadLetters;
		this.closed = closed;
	}

	void start() {
		synchronized (this.monitor) {
			if (this.thread == null && this.stage == SubscriptionState.IDLE) {
				this.stage = SubscriptionState.RUNNING;
				Thread thread = new Thread(this::run, "kv-listener-" + this.parts.id());
				thread.setDaemon(true);
				this.thread = thread;
				thread.start();
			}
		}
	}

	/**
	 * Waits, if it was started to hear of what comes from now on, until that place is
	 * settled.
	 * @param end when to wait no longer, in nanoseconds
	 */
	void awaitBegin(long end) {
		if (getOptions().getStartAt() == StartAt.LATEST && isStarted()) {
			try {
				this.loop.awaitFirstTurn(end);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private boolean isStarted() {
		synchronized (this.monitor) {
			return this.thread != null;
		}
	}

	private void run() {
		try {
			this.loop.run();
		}
		finally {
			this.stage = SubscriptionState.STOPPED;
			this.closed.accept(this);
		}
	}

	@Override
	public String getId() {
		return this.parts.id();
	}

	@Override
	public ListenerOptions getOptions() {
		return this.parts.options();
	}

	@Override
	public SubscriptionState getState() {
		SubscriptionState stage = this.stage;
		if (stage != SubscriptionState.RUNNING) {
			return stage;
		}
		if (this.loop.partitions().isPaused()) {
			return SubscriptionState.PAUSED;
		}
		return this.loop.partitions().all().isEmpty() ? SubscriptionState.IDLE : SubscriptionState.RUNNING;
	}

	@Override
	public KvListenerStats getStats() {
		return this.parts.policy().counters().snapshot(this.loop.partitions().all());
	}

	@Override
	public ListenerStatus getStatus() {
		List<ListenerStatus.Partition> partitions = new ArrayList<>();
		for (int partition = 0; partition < this.parts.partitions(); partition++) {
			Standing standing = this.parts.store().standing(partition, getId());
			Checkpoint checkpoint = standing.checkpoint();
			partitions.add(new ListenerStatus.Partition(partition, standing.owner(), standing.epoch(),
					standing.paused(), (checkpoint != null) ? checkpoint.position() : null,
					Lag.of(this.parts.log().getState(partition), checkpoint), standing.deadLetters()));
		}
		return new ListenerStatus(partitions);
	}

	@Override
	public KvDeadLetters getDeadLetters() {
		return this.deadLetters;
	}

	@Override
	public void pause() {
		setPaused(true);
	}

	@Override
	public void resume() {
		setPaused(false);
	}

	private void setPaused(boolean paused) {
		requireNotRemoved();
		this.loop.partitions().setPaused(paused);
		this.loop.tick();
	}

	@Override
	public void checkpoint(KvPosition position) {
		Assert.notNull(position, "'position' must not be null");
		requireNotRemoved();
		LogState state = state(position);
		Checkpoint to = this.parts.continuity().at(state, position);
		OwnedPartition owned = this.loop.partitions().get(position.partition());
		if (owned != null && !owned.isLeaving()) {
			owned.completeUpTo(to.position());
			this.parts.lanes().resumeDue(true);
		}
		else {
			this.parts.store().move(getId(), to, true);
		}
		this.loop.tick();
	}

	@Override
	public void seek(StartPosition position) {
		Assert.notNull(position, "'position' must not be null");
		requireNotRemoved();
		for (int partition : position.partitions(this.parts.partitions())) {
			LogState state = this.parts.log().getState(partition);
			this.parts.store().move(getId(), this.parts.continuity().at(state, position, partition), false);
		}
		this.loop.tick();
	}

	private LogState state(KvPosition position) {
		int partitions = this.parts.partitions();
		Assert.isTrue(position.partition() < partitions,
				() -> "'%s' is no position of this change log: it has %d partition(s), counted from 0"
					.formatted(position, partitions));
		return this.parts.log().getState(position.partition());
	}

	@Override
	public void close() {
		stop();
		awaitEnd(endOfPatience(this.parts.settings()));
	}

	/**
	 * Until when to wait for loops that are told to stop now.
	 */
	static long endOfPatience(ListenerSettings settings) {
		return Delay.of(settings.shutdownTimeout()).plus(Delay.of(GRACE)).after(System.nanoTime());
	}

	/**
	 * Begins to stop, without waiting.
	 */
	void stop() {
		// at once; the loop lets what fills holes go on
		this.parts.lanes().end();
		synchronized (this.monitor) {
			if (this.stage == SubscriptionState.STOPPED) {
				return;
			}
			this.stage = (this.thread != null) ? SubscriptionState.STOPPING : SubscriptionState.STOPPED;
		}
		this.loop.stop();
		this.closed.accept(this);
	}

	void awaitEnd(long end) {
		Thread thread;
		synchronized (this.monitor) {
			thread = this.thread;
		}
		if (thread == null || thread == Thread.currentThread() || this.parts.lanes().isOwnThread()) {
			return;
		}
		try {
			thread.join(LOOK_MILLIS);
			while (thread.isAlive() && System.nanoTime() - end < 0) {
				if (this.loop.isToBeInterrupted()) {
					thread.interrupt();
				}
				thread.join(LOOK_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void remove() {
		if (this.removed) {
			return;
		}
		boolean alone = this.parts.store()
			.join(getId(), this.parts.instance(), this.parts.settings().lease())
			.ids()
			.size() == 1;
		close();
		Delay lease = Delay.of(this.parts.settings().lease());
		Duration remember = Duration.ofNanos(lease.plus(lease).plus(lease).max(Delay.of(REMEMBER)).nanos());
		for (int partition = 0; partition < this.parts.partitions(); partition++) {
			this.parts.store().remove(partition, getId(), alone ? Duration.ZERO : remember);
		}
		this.removed = true;
	}

	/**
	 * What is written for a listener that nobody has would be there when one of that id
	 * is to begin anew.
	 */
	private void requireNotRemoved() {
		Assert.state(!this.removed && !this.loop.partitions().isRemoved(),
				() -> "The listener '" + getId() + "' was removed: register it again");
	}

}
