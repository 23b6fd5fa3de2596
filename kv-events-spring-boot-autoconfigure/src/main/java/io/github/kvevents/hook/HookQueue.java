package io.github.kvevents.hook;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The queue of one asynchronous hook: events of one key are handled one after the other,
 * different keys in parallel by a few workers. A slot for an event can be reserved before
 * the operation is sent, so that nobody waits for room with a lock on the key.
 */
final class HookQueue {

	/**
	 * After so many events a worker makes room for the workers of other hooks.
	 */
	private static final int EVENTS_PER_TURN = 64;

	private final KvOverflow overflow;

	private final int capacity;

	private final int concurrency;

	private final Executor executor;

	private final BooleanSupplier accepting;

	private final Handler handler;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Backlog backlog = new Backlog();

	private final QueueRoom room;

	private final Set<Thread> running = new LinkedHashSet<>();

	private int workers;

	private boolean closed;

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler) {
		this.overflow = settings.overflow();
		this.capacity = settings.queueCapacity();
		this.concurrency = settings.concurrency();
		this.executor = executor;
		this.accepting = accepting;
		this.handler = handler;
		this.room = new QueueRoom(this.capacity, this.lock, this.changed, this.backlog::size, this::isOpen);
	}

	/**
	 * Reserves slots, waiting for them if the policy is to block.
	 * @return how many were reserved, to be given back
	 */
	int reserve(int slots) {
		return (this.overflow == KvOverflow.BLOCK) ? this.room.reserve(slots) : 0;
	}

	/**
	 * Gives back slots, used or not.
	 */
	void release(int slots) {
		this.room.release(slots);
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 */
	void offer(QueuedEvent item) {
		QueuedEvent dropped = null;
		boolean startWorker = false;
		this.lock.lock();
		try {
			boolean full = this.backlog.size() >= this.capacity;
			if (!isOpen() || (full && this.overflow == KvOverflow.DROP_NEWEST)) {
				dropped = item;
			}
			else {
				dropped = (full && this.overflow == KvOverflow.DROP_OLDEST) ? this.backlog.removeOldest() : null;
				this.backlog.add(item);
				startWorker = claimWorker();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (dropped != null) {
			drop(dropped);
		}
		if (startWorker) {
			startWorker();
		}
	}

	private boolean isOpen() {
		return !this.closed && this.accepting.getAsBoolean();
	}

	private boolean claimWorker() {
		if (!this.backlog.isReady() || this.workers >= this.concurrency) {
			return false;
		}
		this.workers++;
		return true;
	}

	private void startWorker() {
		try {
			this.executor.execute(this::work);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			// no thread to be had: the events stay, the next one tries again
			locked(() -> {
				this.workers--;
			});
		}
	}

	private void work() {
		boolean again = true;
		boolean failed = true;
		try {
			for (int turn = 0; again && turn < EVENTS_PER_TURN; turn++) {
				again = workOnce();
			}
			failed = false;
		}
		finally {
			endTurn(again, failed);
		}
	}

	/**
	 * Ends a worker or lets it queue up again behind the workers of other hooks. After a
	 * failure of the JVM another worker goes on with the rest.
	 */
	private void endTurn(boolean again, boolean failed) {
		boolean startWorker = locked(() -> {
			this.workers--;
			this.changed.signalAll();
			return (again || failed) && claimWorker();
		});
		if (startWorker) {
			startWorker();
		}
	}

	private boolean workOnce() {
		QueuedEvent item = locked(() -> {
			QueuedEvent next = this.backlog.poll();
			if (next != null) {
				this.running.add(Thread.currentThread());
				this.changed.signalAll();
			}
			return next;
		});
		if (item == null) {
			return false;
		}
		try {
			this.handler.run(item);
		}
		finally {
			finish(item);
			item.done();
		}
		return true;
	}

	private void finish(QueuedEvent item) {
		locked(() -> {
			this.running.remove(Thread.currentThread());
			this.backlog.finish(item);
		});
		// an interrupt that was meant for the hook must not reach the next one
		Thread.interrupted();
	}

	/**
	 * Lets those who wait for room look again whether events are still taken.
	 */
	void wake() {
		locked(this.changed::signalAll);
	}

	/**
	 * Waits until nothing is queued and nothing runs.
	 * @return whether that was so in time
	 */
	boolean awaitIdle(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lockInterruptibly();
		try {
			while (this.backlog.size() > 0 || this.workers > 0) {
				if (left <= 0) {
					return false;
				}
				left = this.changed.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Drops what is queued and interrupts what runs.
	 * @return how many events were dropped
	 */
	int abort() {
		// first: a worker that is interrupted would go on with the next event
		int dropped = discard();
		locked(() -> this.running.forEach(Thread::interrupt));
		return dropped;
	}

	/**
	 * Takes no more events for ever and drops those that are queued.
	 */
	void close() {
		locked(() -> {
			this.closed = true;
			this.changed.signalAll();
		});
		discard();
	}

	private int discard() {
		int count = 0;
		QueuedEvent item = removeAny();
		while (item != null) {
			drop(item);
			count++;
			item = removeAny();
		}
		return count;
	}

	private @Nullable QueuedEvent removeAny() {
		return locked(() -> {
			this.changed.signalAll();
			return (this.backlog.size() > 0) ? this.backlog.removeOldest() : null;
		});
	}

	private void drop(QueuedEvent item) {
		try {
			this.handler.dropped(item);
		}
		finally {
			if (this.accepting.getAsBoolean()) {
				item.done();
			}
			else {
				item.cancel();
			}
		}
	}

	private void locked(Runnable action) {
		locked(() -> {
			action.run();
			return null;
		});
	}

	private <T extends @Nullable Object> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What becomes of events.
	 */
	interface Handler {

		void run(QueuedEvent item);

		void dropped(QueuedEvent item);

	}

}
