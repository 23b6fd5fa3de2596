package io.github.kvevents.hook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.JvmFailures;

/**
 * The lock that the parts of one queue share. It is held for moments, so a thread tries
 * again for a moment before it sleeps; and a thread that only brings an event never
 * sleeps: where the lock is taken, it leaves the event behind, and the thread that holds
 * the lock admits it before it is done. A test replaces the methods that wait, to run
 * threads step by step.
 */
class QueueLock {

	private static final int TRIES = 50;

	private final ReentrantLock lock = new ReentrantLock();

	/** The events that were left, the youngest first. */
	private final AtomicReference<@Nullable Left> left = new AtomicReference<>();

	private volatile boolean expected;

	/** What to do once the lock is free: nothing, nearly always, or one thing. */
	private @Nullable Runnable later;

	private Consumer<QueuedEvent> admission = (item) -> {
	};

	/**
	 * Sets what admits an event, with the lock held.
	 */
	final void admitBy(Consumer<QueuedEvent> admission) {
		this.admission = admission;
	}

	final void run(Runnable action) {
		get(() -> {
			action.run();
			return null;
		});
	}

	final <T extends @Nullable Object> T get(Supplier<T> action) {
		lock();
		try {
			return action.get();
		}
		finally {
			unlock();
		}
	}

	/**
	 * Takes the lock. What was left until then is admitted first. Not reentrant.
	 */
	final void lock() {
		acquire();
		boolean admitted = false;
		try {
			admitLeft();
			admitted = true;
		}
		finally {
			if (!admitted) {
				release();
			}
		}
	}

	/**
	 * Says whether each thread that could do something for an event will take the lock
	 * anyway: then a thread that brings one leaves it for them. Called with the lock
	 * held.
	 */
	final void setExpected(boolean expected) {
		if (this.expected != expected) {
			this.expected = expected;
		}
	}

	/**
	 * Admits an event, now or, if another thread holds the lock, by that one.
	 */
	final void admit(QueuedEvent item) {
		if (!this.expected && tryAcquire()) {
			try {
				admitLeft();
				this.admission.accept(item);
			}
			finally {
				unlock();
			}
		}
		else {
			leave(item);
			// asked again: who is expected no more has looked for what was left since
			if (!this.expected && tryAcquire()) {
				unlock();
			}
		}
	}

	/**
	 * Has something done by this thread when the lock is free again. Called with the lock
	 * held.
	 */
	final void later(Runnable action) {
		Runnable before = this.later;
		if (before == null) {
			this.later = action;
		}
		else if (before instanceof Several several) {
			several.actions.addLast(action);
		}
		else {
			this.later = new Several(before, action);
		}
	}

	/**
	 * Frees the lock. What was left while it was held would be admitted by nobody else,
	 * unless another thread has the lock by now.
	 */
	final void unlock() {
		Runnable actions = null;
		do {
			this.later = (actions != null) ? actions : this.later;
			try {
				admitLeft();
			}
			finally {
				actions = this.later;
				this.later = null;
				release();
			}
		}
		while (this.left.get() != null && tryAcquire());
		if (actions != null) {
			actions.run();
		}
	}

	private void admitLeft() {
		Left youngest = (this.left.get() != null) ? this.left.getAndSet(null) : null;
		Left oldest = null;
		while (youngest != null) {
			Left next = youngest.next;
			youngest.next = oldest;
			oldest = youngest;
			youngest = next;
		}
		for (; oldest != null; oldest = oldest.next) {
			this.admission.accept(oldest.item);
		}
	}

	/**
	 * Leaves an event, without the lock.
	 */
	void leave(QueuedEvent item) {
		this.left.updateAndGet((next) -> new Left(item, next));
	}

	void acquire() {
		for (int count = 0; count < TRIES; count++) {
			if (this.lock.tryLock()) {
				return;
			}
			Thread.onSpinWait();
		}
		this.lock.lock();
	}

	boolean tryAcquire() {
		return this.lock.tryLock();
	}

	void release() {
		this.lock.unlock();
	}

	/**
	 * Waits until this thread is woken, was woken before, or is interrupted. Called
	 * without the lock.
	 */
	void park() {
		LockSupport.park(this);
	}

	/**
	 * The same, but not for longer than this.
	 */
	void park(long nanos) {
		LockSupport.parkNanos(this, nanos);
	}

	void unpark(Thread thread) {
		LockSupport.unpark(thread);
	}

	/** Things to do one after the other, also where one fails. */
	private static final class Several implements Runnable {

		private final Deque<Runnable> actions = new ArrayDeque<>();

		Several(Runnable first, Runnable second) {
			this.actions.addLast(first);
			this.actions.addLast(second);
		}

		@Override
		public void run() {
			JvmFailures.forEach(this.actions, Runnable::run);
		}

	}

	private static final class Left {

		private final QueuedEvent item;

		private @Nullable Left next;

		Left(QueuedEvent item, @Nullable Left next) {
			this.item = item;
			this.next = next;
		}

	}

}
