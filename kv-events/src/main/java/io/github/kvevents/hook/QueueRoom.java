package io.github.kvevents.hook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.TaskBatch;

/**
 * The room in a bounded queue, and the threads that wait for it. Who finds room needs no
 * lock. Those who wait are served in the order in which they came, and one at a time is
 * woken, which then has the next one woken: what leaves the queue meanwhile needs to wake
 * nobody.
 */
final class QueueRoom {

	private final int capacity;

	private final QueueLock lock;

	private final BooleanSupplier open;

	/** Slots that are taken, by events or by reservations for them. */
	private final AtomicInteger used = new AtomicInteger();

	/** Guarded by the lock. */
	private final Deque<Waiter> waiters = new ArrayDeque<>(1);

	/** How many slots the first of them wants, 0 if nobody waits. */
	private volatile int firstWants;

	/** Whether one has its slots and hasn't run since. */
	private boolean waking;

	QueueRoom(int capacity, QueueLock lock, BooleanSupplier open) {
		this.capacity = capacity;
		this.lock = lock;
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
		// one that waits for several slots would starve behind those that want few
		boolean free = this.firstWants <= 1 && tryUse(wanted);
		return free ? wanted : await(wanted);
	}

	private boolean tryUse(int wanted) {
		int before;
		do {
			before = this.used.get();
			if (before + wanted > this.capacity && this.open.getAsBoolean()) {
				return false;
			}
		}
		while (!this.used.compareAndSet(before, before + wanted));
		return true;
	}

	private int await(int wanted) {
		// what is kept by then, and what this thread starts for others, may be what makes
		// room
		TaskBatch suspended = TaskBatch.suspend();
		try {
			return awaitSlots(wanted);
		}
		finally {
			TaskBatch.resume(suspended);
		}
	}

	private int awaitSlots(int wanted) {
		Waiter waiter = new Waiter(wanted);
		this.lock.run(() -> {
			this.waiters.addLast(waiter);
			// written before the slots are counted, as these are before it is read
			this.firstWants = this.waiters.getFirst().wanted;
			serve();
		});
		boolean interrupted = false;
		while (!waiter.served && !interrupted) {
			this.lock.park();
			interrupted = Thread.currentThread().isInterrupted();
		}
		return this.lock.get(() -> arrive(waiter));
	}

	/**
	 * Ends a wait.
	 * @return how many slots it has got
	 */
	private int arrive(Waiter waiter) {
		if (waiter.served) {
			this.waking = false;
		}
		else {
			remove(waiter);
		}
		serve();
		return waiter.served ? waiter.wanted : 0;
	}

	private void remove(Waiter waiter) {
		this.waiters.remove(waiter);
		Waiter first = this.waiters.peekFirst();
		this.firstWants = (first != null) ? first.wanted : 0;
	}

	/**
	 * Gives the first one its slots, if they are free and none is on its way. Called with
	 * the lock held.
	 */
	private void serve() {
		Waiter first = this.waking ? null : this.waiters.peekFirst();
		if (first != null && tryUse(first.wanted)) {
			this.waking = true;
			serve(first);
		}
	}

	private void serve(Waiter waiter) {
		remove(waiter);
		waiter.served = true;
		this.lock.later(waiter);
	}

	/**
	 * Takes a slot without asking whether there is one.
	 */
	void take() {
		this.used.incrementAndGet();
	}

	/**
	 * An event leaves the queue. Called with the lock held.
	 */
	void leave() {
		this.used.decrementAndGet();
		if (this.firstWants > 0) {
			serve();
		}
	}

	/**
	 * Gives back slots.
	 */
	void release(int slots) {
		this.used.addAndGet(-slots);
		if (this.firstWants > 0) {
			this.lock.run(this::serve);
		}
	}

	/**
	 * Serves all that wait, since events are no longer accepted. Called with the lock
	 * held.
	 */
	void open() {
		for (Waiter first = this.waiters.peekFirst(); first != null
				&& tryUse(first.wanted); first = this.waiters.peekFirst()) {
			serve(first);
		}
	}

	/**
	 * A thread that waits.
	 */
	private final class Waiter implements Runnable {

		private final Thread thread = Thread.currentThread();

		private final int wanted;

		/** Written with the lock held. */
		private volatile boolean served;

		Waiter(int wanted) {
			this.wanted = wanted;
		}

		@Override
		public void run() {
			QueueRoom.this.lock.unpark(this.thread);
		}

	}

}
