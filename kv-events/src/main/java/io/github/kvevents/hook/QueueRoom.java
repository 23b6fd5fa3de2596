package io.github.kvevents.hook;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The room in a bounded queue, and the threads that wait for it. It shares the queue's
 * lock, and is signalled by the queue's condition whenever something leaves.
 */
final class QueueRoom {

	private final int capacity;

	private final QueueLock lock;

	private final IntSupplier queued;

	private final BooleanSupplier open;

	/**
	 * Threads wait for room here, first come, first served: a large reservation would
	 * otherwise starve behind small ones.
	 */
	private final ReentrantLock turnstile = new ReentrantLock(true);

	private int reserved;

	/** How many threads wait, or are about to. */
	private int waiting;

	QueueRoom(int capacity, QueueLock lock, IntSupplier queued, BooleanSupplier open) {
		this.capacity = capacity;
		this.lock = lock;
		this.queued = queued;
		this.open = open;
	}

	/**
	 * Reserves slots, waiting for them if there are none. An interrupted thread gets none
	 * and keeps its flag: its events go past the full queue, so that none is lost.
	 * @param slots how many, at most the whole queue is reserved
	 * @return how many were reserved
	 */
	int reserve(int slots) {
		int wanted = Math.min(slots, this.capacity);
		if (Thread.currentThread().isInterrupted()) {
			return 0;
		}
		return tryReserve(wanted) ? wanted : awaitTurn(wanted);
	}

	/**
	 * Reserves slots that are free, unless others wait: they came first.
	 * @return whether it did, otherwise the caller is one that waits
	 */
	private boolean tryReserve(int wanted) {
		this.lock.lock();
		try {
			if (this.waiting == 0 && !isFull(wanted)) {
				this.reserved += wanted;
				return true;
			}
			this.waiting++;
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	private int awaitTurn(int wanted) {
		try {
			this.turnstile.lockInterruptibly();
			try {
				return await(wanted);
			}
			finally {
				this.turnstile.unlock();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 0;
		}
		finally {
			this.lock.run(() -> this.waiting--);
		}
	}

	private boolean isFull(int wanted) {
		return this.open.getAsBoolean() && this.queued.getAsInt() + this.reserved + wanted > this.capacity;
	}

	private int await(int wanted) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (isFull(wanted)) {
				this.lock.changed().await();
			}
			this.reserved += wanted;
			return wanted;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Gives a slot to an event that is enqueued in the same step, so that no room becomes
	 * free. Called with the lock held.
	 */
	void use() {
		this.reserved--;
	}

	/**
	 * Gives back slots.
	 */
	void release(int slots) {
		this.lock.lock();
		try {
			this.reserved -= slots;
			this.lock.changed().signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The lock that the parts of one queue share, and the condition that is signalled
	 * when something leaves it.
	 */
	static class QueueLock {

		private final ReentrantLock lock = new ReentrantLock();

		private final Condition changed = this.lock.newCondition();

		void run(Runnable action) {
			get(() -> {
				action.run();
				return null;
			});
		}

		<T extends @Nullable Object> T get(Supplier<T> action) {
			lock();
			try {
				return action.get();
			}
			finally {
				unlock();
			}
		}

		void lock() {
			this.lock.lock();
		}

		void lockInterruptibly() throws InterruptedException {
			this.lock.lockInterruptibly();
		}

		void unlock() {
			this.lock.unlock();
		}

		/**
		 * The condition, to wait for and to signal with the lock held.
		 */
		Condition changed() {
			return this.changed;
		}

	}

}
