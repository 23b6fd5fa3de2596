package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.List;
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
 * sleeps: where the lock is taken, it leaves the event behind, and whoever holds the lock
 * admits it before it is done. A test replaces the methods that wait, to run threads step
 * by step.
 */
class QueueLock {

	private static final int TRIES = 50;

	private final ReentrantLock lock = new ReentrantLock();

	/** The events that were left, the youngest first. */
	private final AtomicReference<@Nullable Left> left = new AtomicReference<>();

	/** What to do once the lock is free. */
	private List<Runnable> later = List.of();

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
	 * Admits an event, now or, if another thread holds the lock, by that one.
	 */
	final void admit(QueuedEvent item) {
		if (tryAcquire()) {
			try {
				admitLeft();
				this.admission.accept(item);
			}
			finally {
				unlock();
			}
		}
		else {
			this.left.updateAndGet((next) -> new Left(item, next));
			if (tryAcquire()) {
				unlock();
			}
		}
	}

	/**
	 * Has something done by this thread when the lock is free again. Called with the lock
	 * held.
	 */
	final void later(Runnable action) {
		if (this.later.isEmpty()) {
			this.later = new ArrayList<>(2);
		}
		this.later.add(action);
	}

	/**
	 * Frees the lock. What was left while it was held would be admitted by nobody else,
	 * unless another thread has the lock by now.
	 */
	final void unlock() {
		List<Runnable> actions = List.of();
		do {
			try {
				admitLeft();
			}
			finally {
				actions = joined(actions, this.later);
				this.later = List.of();
				release();
			}
		}
		while (this.left.get() != null && tryAcquire());
		if (!actions.isEmpty()) {
			JvmFailures.forEach(actions, Runnable::run);
		}
	}

	private static List<Runnable> joined(List<Runnable> first, List<Runnable> second) {
		if (first.isEmpty() || second.isEmpty()) {
			return first.isEmpty() ? second : first;
		}
		first.addAll(second);
		return first;
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

	private static final class Left {

		private final QueuedEvent item;

		private @Nullable Left next;

		Left(QueuedEvent item, @Nullable Left next) {
			this.item = item;
			this.next = next;
		}

	}

}
