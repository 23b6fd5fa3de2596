package io.github.kvevents.log.event;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;

/**
 * One follow: delivers what the common reader puts into its buffer, and reads by itself
 * where that isn't enough, at the beginning, after the listener was slow, and after the
 * log was deleted or went back. Runs on a worker, one at a time.
 */
final class EventLogFollow implements Follow {

	private static final Log logger = LogFactory.getLog(EventLogFollow.class);

	private static final int PAGE = 500;

	private final LogChannel channel;

	private final EventLogFollows follows;

	private final EventLogStore store;

	private final FollowDelivery delivery;

	private final FollowBuffer buffer = new FollowBuffer();

	/**
	 * How often there was work since the worker last looked. Not zero before the start,
	 * so that nothing runs earlier.
	 */
	private final AtomicInteger work = new AtomicInteger(1);

	private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

	private final AtomicBoolean outage = new AtomicBoolean();

	private volatile boolean stalled;

	/** What the listener gets first, {@code null} once it was called with it. */
	private volatile @Nullable FollowStart first;

	/** Of the worker only: where it stands, and in which epoch of the channel. */
	private EntryId position = EntryId.ZERO;

	private long epoch;

	EventLogFollow(LogChannel channel, EventLogFollows follows, EventLogStore store, FollowDelivery delivery) {
		this.channel = channel;
		this.follows = follows;
		this.store = store;
		this.delivery = delivery;
		this.epoch = channel.getEpoch();
	}

	/**
	 * Begins, now or with the next start of the event logs: they may have been stopped
	 * while the log was read.
	 */
	void start(FollowStart start) {
		this.first = start;
		execute(this::run);
	}

	LogChannel getChannel() {
		return this.channel;
	}

	/**
	 * Whether it delivers entries, or is about to.
	 */
	boolean isWorking() {
		return this.work.get() > 0;
	}

	void offer(List<StoredEntry> entries) {
		if (this.buffer.offer(entries)) {
			signal();
		}
	}

	void leave() {
		this.buffer.leave();
		signal();
	}

	/**
	 * Tells the listener that the log can't be read, unless it knows.
	 */
	void fail(Throwable error) {
		if (this.outage.compareAndSet(false, true)) {
			this.error.set(error);
			signal();
		}
	}

	/**
	 * The common reader reads again.
	 */
	void recover() {
		if (this.stalled) {
			signal();
		}
		else {
			this.outage.set(false);
		}
	}

	@Override
	public boolean isOpen() {
		return this.delivery.isOpen();
	}

	@Override
	public @Nullable EntryId getPosition() {
		return this.delivery.getPosition();
	}

	@Override
	public long getFailures() {
		return this.delivery.getFailures();
	}

	@Override
	public void close() {
		end();
		this.delivery.awaitLetThrough();
	}

	/**
	 * Closes it without waiting for a call of the listener.
	 */
	void end() {
		this.delivery.close();
		this.follows.remove(this);
	}

	private void signal() {
		if (this.work.getAndIncrement() == 0) {
			execute(this::run);
		}
	}

	/**
	 * The event logs are started again.
	 */
	void resume() {
		signal();
	}

	private void execute(Runnable task) {
		if (!this.follows.execute(task)) {
			this.work.set(0);
			if (!this.follows.isStopped()) {
				signal();
			}
		}
	}

	private void run() {
		int seen;
		do {
			seen = this.work.get();
			try {
				work();
			}
			catch (Throwable ex) {
				logger.error("A follow of an event log failed unexpectedly; it continues", ex);
				// reads on by itself, as soon as the common reader has read again
				this.stalled = true;
				this.buffer.abandon();
				fail(ex);
			}
		}
		while (this.work.addAndGet(-seen) != 0);
	}

	/**
	 * Makes one call of the listener after the other: each may last until the event logs
	 * are stopped, and then none begins.
	 */
	private void work() {
		while (isOpen() && !this.follows.isStopped()) {
			if (begin() || tellError()) {
				continue;
			}
			List<StoredEntry> entries = this.buffer.poll();
			if (entries.isEmpty() && this.buffer.isLeft()) {
				entries = catchUp();
				if (this.follows.isStopped()) {
					// the next start reads them again
					return;
				}
			}
			if (!entries.isEmpty()) {
				this.delivery.next(entries);
				this.position = entries.get(entries.size() - 1).id();
			}
			else if (this.stalled || (!this.buffer.isLeft() && this.buffer.isEmpty())) {
				return;
			}
		}
	}

	private boolean begin() {
		FollowStart first = this.first;
		if (first == null) {
			return false;
		}
		this.delivery.first(first);
		if (first.behind() != null) {
			this.position = first.behind().id();
		}
		this.first = null;
		return true;
	}

	private boolean tellError() {
		Throwable error = this.error.getAndSet(null);
		if (error == null) {
			return false;
		}
		this.delivery.error(error);
		return true;
	}

	/**
	 * Reads what comes next by itself. When nothing does, takes part in the common
	 * reading again.
	 * @return entries to deliver
	 */
	private List<StoredEntry> catchUp() {
		try {
			long epoch = this.channel.getEpoch();
			if (epoch != this.epoch) {
				List<StoredEntry> end = this.store.last(this.channel.getLog(), EntryId.ZERO, 1);
				this.position = this.delivery.reorient(end.isEmpty() ? null : end.get(0), this.position);
				this.epoch = epoch;
			}
			EntryId cursor = this.channel.getCursor();
			List<StoredEntry> entries = this.store.after(this.channel.getLog(), this.position, PAGE);
			if (entries.isEmpty() && this.channel.join(this.buffer, this.position, epoch, cursor)) {
				this.follows.wakeUp(this.channel.getLog());
			}
			this.stalled = false;
			return entries;
		}
		catch (RuntimeException ex) {
			// the common reader, which fails as well or soon succeeds, gives the next try
			this.stalled = true;
			fail(ex);
			return List.of();
		}
	}

}
