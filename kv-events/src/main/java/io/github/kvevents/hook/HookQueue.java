package io.github.kvevents.hook;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.KeyedQueue;
import io.github.kvevents.support.TaskBatch;

/**
 * The queue of one asynchronous hook: events of one key are handled one after the other,
 * different keys in parallel by a few workers. A slot for an event can be reserved before
 * the operation is sent, so that nobody waits for room with a lock on the key.
 */
final class HookQueue {

	private static final Log logger = LogFactory.getLog(HookQueue.class);

	private final KvOverflow overflow;

	private final int capacity;

	private final BooleanSupplier accepting;

	private final Handler handler;

	private final QueueLock lock;

	private final KeyedQueue<QueuedEvent> pending = new KeyedQueue<>();

	private final QueueRoom room;

	private final QueueWorkers workers;

	private long offered;

	private volatile boolean closed;

	/**
	 * Whether events that are admitted from now on are dropped, since none are accepted.
	 * Changes with the lock held: what was left before was accepted.
	 */
	private volatile boolean stopped;

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler) {
		this(settings, executor, accepting, handler, new QueueLock());
	}

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler, QueueLock lock) {
		this.lock = lock;
		this.overflow = settings.overflow();
		this.capacity = settings.queueCapacity();
		this.accepting = accepting;
		this.handler = handler;
		this.room = new QueueRoom(this.capacity, this.lock, this::isOpen);
		this.workers = new QueueWorkers(settings.concurrency(), executor, this.lock, this::poll, this.pending,
				handler::run);
		this.lock.admitBy(this::admit);
	}

	/**
	 * Reserves slots, waiting for them if the policy is to block.
	 * @return how many were reserved, to be given back
	 */
	int reserve(int slots) {
		return (this.overflow == KvOverflow.BLOCK) ? this.room.reserve(slots) : 0;
	}

	/** Gives back slots. */
	void release(int slots) {
		if (slots > 0) {
			this.room.release(slots);
		}
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 */
	void offer(QueuedEvent item) {
		offer(item, false);
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 * @param reserved whether it takes a slot that was reserved
	 */
	void offer(QueuedEvent item, boolean reserved) {
		if (!reserved) {
			this.room.take();
		}
		if (this.stopped == this.accepting.getAsBoolean()) {
			this.lock.run(this::stopOrContinue);
		}
		if (this.overflow == KvOverflow.BLOCK && !this.stopped && !this.closed) {
			this.lock.admit(item);
			if (this.stopped || this.closed) {
				// the end came in between: it may lie where nobody looks any more
				this.lock.run(() -> {
				});
			}
		}
		else {
			// what is dropped has been counted when this returns
			this.lock.run(() -> admit(item));
		}
	}

	/**
	 * Called with the lock held.
	 */
	private void admit(QueuedEvent item) {
		boolean full = this.overflow != KvOverflow.BLOCK && this.pending.size() >= this.capacity;
		if (this.closed || this.stopped || (full && this.overflow == KvOverflow.DROP_NEWEST)) {
			this.room.leave();
			this.lock.later(() -> drop(item));
			return;
		}
		if (full) {
			QueuedEvent oldest = removeOldest();
			this.lock.later(() -> drop(oldest));
		}
		enqueue(item);
		this.workers.claim();
	}

	/**
	 * Never fails: another thread may do this than the one that brought the event, and
	 * nobody would give back the slot.
	 */
	private void enqueue(QueuedEvent item) {
		try {
			this.pending.add(item.event().getKey(), item);
			this.offered++;
		}
		catch (RuntimeException | Error ex) {
			this.room.leave();
			this.lock.later(() -> {
				drop(item);
				logger.error("An event was dropped since there was no memory to queue it", ex);
			});
		}
	}

	private void stopOrContinue() {
		this.stopped = !this.accepting.getAsBoolean();
	}

	private @Nullable QueuedEvent poll() {
		QueuedEvent item = this.pending.poll();
		if (item != null) {
			this.room.leave();
		}
		return item;
	}

	private QueuedEvent removeOldest() {
		QueuedEvent oldest = this.pending.removeOldest();
		this.room.leave();
		return oldest;
	}

	/**
	 * Enqueues an event, waiting for room first if the policy is to block.
	 */
	void offerWaiting(QueuedEvent item) {
		int reserved = reserve(1);
		try {
			offer(item);
		}
		finally {
			release(reserved);
		}
	}

	private boolean isOpen() {
		return !this.closed && this.accepting.getAsBoolean();
	}

	/**
	 * Wakes the threads that wait for room, since events are no longer accepted.
	 */
	void wake() {
		this.lock.run(() -> {
			stopOrContinue();
			this.room.open();
		});
	}

	/**
	 * Waits until nothing is queued and nothing runs. A hook that calls this isn't waited
	 * for, nor are the events behind it of its own key.
	 * @return whether that was so in time
	 */
	boolean awaitIdle(long nanos) throws InterruptedException {
		return this.workers.awaitIdle(nanos) && this.lock.get(() -> this.pending.size() == 0);
	}

	/**
	 * How many events were enqueued so far.
	 */
	long offered() {
		return this.lock.get(() -> this.offered);
	}

	/**
	 * The keys of the events that are queued or handled.
	 */
	List<Object> keys() {
		return this.lock.get(() -> this.pending.keys().toList());
	}

	/**
	 * Whether the current call is part of one of the hook.
	 */
	boolean isCalledFromWithin() {
		return this.lock.get(this.workers::countOwn) > 0;
	}

	/**
	 * Drops what is queued and interrupts what runs, but not a hook that calls this.
	 * @return how many events were dropped
	 */
	int abort() {
		// first: a worker that is interrupted would continue with the next event
		int dropped = discard();
		this.lock.run(this.workers::interrupt);
		return dropped;
	}

	/**
	 * Closes the queue for good and drops what is queued.
	 */
	void close() {
		this.lock.run(() -> {
			this.closed = true;
			this.room.open();
		});
		discard();
	}

	private int discard() {
		int count = 0;
		for (QueuedEvent item = removeAny(); item != null; item = removeAny()) {
			drop(item);
			count++;
		}
		return count;
	}

	private @Nullable QueuedEvent removeAny() {
		return this.lock.get(() -> {
			this.workers.wakeIdleWaiters();
			return (this.pending.size() > 0) ? removeOldest() : null;
		});
	}

	private void drop(QueuedEvent item) {
		// a listener for drops may wait for a hook whose worker is kept
		TaskBatch suspended = TaskBatch.suspend();
		try {
			this.handler.dropped(item);
		}
		finally {
			end(item);
			TaskBatch.resume(suspended);
		}
	}

	private void end(QueuedEvent item) {
		if (this.accepting.getAsBoolean()) {
			item.done();
		}
		else {
			item.cancel();
		}
	}

	/** Handles the events that leave the queue. */
	interface Handler {

		void run(QueuedEvent item);

		void dropped(QueuedEvent item);

	}

}
