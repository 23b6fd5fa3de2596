package io.github.kvevents.hook;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

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

	/**
	 * Who waits for room waits here, first come first served: a large reservation would
	 * otherwise starve behind small ones.
	 */
	private final ReentrantLock turnstile = new ReentrantLock(true);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Map<String, KeyEvents> byKey = new HashMap<>();

	private final Set<KeyEvents> ready = new LinkedHashSet<>();

	private final AgeList age = new AgeList();

	private final Set<Thread> running = new LinkedHashSet<>();

	private int reserved;

	private int workers;

	private boolean closed;

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler) {
		this.overflow = settings.overflow();
		this.capacity = settings.queueCapacity();
		this.concurrency = settings.concurrency();
		this.executor = executor;
		this.accepting = accepting;
		this.handler = handler;
	}

	/**
	 * Reserves slots, waiting for them if there are none. An interrupted thread gets none
	 * and keeps its flag: its events go past the full queue, so that none is lost.
	 * @param slots how many, at most the whole queue is reserved
	 * @return how many were reserved; none unless the policy is to block
	 */
	int reserve(int slots) {
		if (this.overflow != KvOverflow.BLOCK) {
			return 0;
		}
		int wanted = Math.min(slots, this.capacity);
		try {
			this.turnstile.lockInterruptibly();
			try {
				return awaitRoom(wanted);
			}
			finally {
				this.turnstile.unlock();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 0;
		}
	}

	private int awaitRoom(int wanted) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (isOpen() && this.age.size() + this.reserved + wanted > this.capacity) {
				this.changed.await();
			}
			this.reserved += wanted;
			return wanted;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Gives back slots, used or not.
	 */
	void release(int slots) {
		this.lock.lock();
		try {
			this.reserved -= slots;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 */
	void offer(QueuedEvent item) {
		QueuedEvent dropped = null;
		boolean startWorker = false;
		this.lock.lock();
		try {
			boolean full = this.age.size() >= this.capacity;
			if (!isOpen() || (full && this.overflow == KvOverflow.DROP_NEWEST)) {
				dropped = item;
			}
			else {
				dropped = (full && this.overflow == KvOverflow.DROP_OLDEST) ? removeOldest() : null;
				add(item);
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

	private void add(QueuedEvent item) {
		this.age.add(item);
		KeyEvents events = this.byKey.computeIfAbsent(item.event().getKey(), KeyEvents::new);
		events.add(item);
		if (!events.running) {
			this.ready.add(events);
		}
	}

	/**
	 * The oldest of all is the oldest of its key.
	 */
	private QueuedEvent removeOldest() {
		QueuedEvent oldest = this.age.first();
		KeyEvents events = this.byKey.get(oldest.event().getKey());
		if (events != null) {
			take(events);
			if (events.isEmpty() && !events.running) {
				this.ready.remove(events);
				this.byKey.remove(events.key);
			}
		}
		return oldest;
	}

	private QueuedEvent take(KeyEvents events) {
		QueuedEvent item = events.removeFirst();
		this.age.remove(item);
		return item;
	}

	private boolean claimWorker() {
		if (this.ready.isEmpty() || this.workers >= this.concurrency) {
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
			this.lock.lock();
			try {
				this.workers--;
			}
			finally {
				this.lock.unlock();
			}
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
		boolean startWorker;
		this.lock.lock();
		try {
			this.workers--;
			startWorker = (again || failed) && claimWorker();
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		if (startWorker) {
			startWorker();
		}
	}

	private boolean workOnce() {
		KeyEvents events;
		QueuedEvent item;
		this.lock.lock();
		try {
			if (this.ready.isEmpty()) {
				return false;
			}
			events = this.ready.iterator().next();
			this.ready.remove(events);
			item = take(events);
			events.running = true;
			this.running.add(Thread.currentThread());
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		try {
			this.handler.run(item);
		}
		finally {
			finish(events);
			item.done();
		}
		return true;
	}

	private void finish(KeyEvents events) {
		this.lock.lock();
		try {
			this.running.remove(Thread.currentThread());
			events.running = false;
			if (!events.isEmpty()) {
				this.ready.add(events);
			}
			else {
				this.byKey.remove(events.key);
			}
		}
		finally {
			this.lock.unlock();
		}
		// an interrupt that was meant for the hook must not reach the next one
		Thread.interrupted();
	}

	/**
	 * Lets those who wait for room look again whether events are still taken.
	 */
	void wake() {
		this.lock.lock();
		try {
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until nothing is queued and nothing runs.
	 * @return whether that was so in time
	 */
	boolean awaitIdle(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lockInterruptibly();
		try {
			while (this.age.size() > 0 || this.workers > 0) {
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
		this.lock.lock();
		try {
			this.running.forEach(Thread::interrupt);
		}
		finally {
			this.lock.unlock();
		}
		return dropped;
	}

	/**
	 * Takes no more events for ever and drops those that are queued.
	 */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
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
		this.lock.lock();
		try {
			this.changed.signalAll();
			return (this.age.size() > 0) ? removeOldest() : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void drop(QueuedEvent item) {
		try {
			this.handler.dropped(item);
		}
		finally {
			item.done();
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
