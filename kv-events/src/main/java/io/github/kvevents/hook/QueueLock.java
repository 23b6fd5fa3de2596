package io.github.kvevents.hook;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The lock that the parts of one queue share, and the condition that is signalled when
 * something leaves it.
 */
class QueueLock {

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
