package io.github.kvevents.hook;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks keys, so that operations on one key are applied and enqueued one after the other.
 * Keys share a fixed number of locks, which are always taken in the same order: holders
 * of several can't wait for each other.
 */
final class KeyLocks {

	private static final int STRIPES = 1024;

	private final Stripe[] locks = new Stripe[STRIPES];

	KeyLocks() {
		for (int stripe = 0; stripe < STRIPES; stripe++) {
			this.locks[stripe] = new Stripe();
		}
	}

	void run(Collection<String> keys, Runnable action) {
		Held held = lock(keys);
		try {
			action.run();
		}
		finally {
			held.unlock();
		}
	}

	/**
	 * Locks a key.
	 * @return to be unlocked by the same thread
	 */
	Held lock(String key) {
		Stripe single = this.locks[stripe(key)];
		single.lock();
		return single;
	}

	/**
	 * Locks keys.
	 * @return to be unlocked by the same thread
	 */
	Held lock(Collection<String> keys) {
		int[] stripes = keys.stream().mapToInt(KeyLocks::stripe).sorted().distinct().toArray();
		for (int stripe : stripes) {
			this.locks[stripe].lock();
		}
		return () -> {
			for (int index = stripes.length - 1; index >= 0; index--) {
				this.locks[stripes[index]].unlock();
			}
		};
	}

	private static int stripe(String key) {
		int hash = key.hashCode();
		return (hash ^ (hash >>> 16)) & (STRIPES - 1);
	}

	/**
	 * The locks that one thread holds.
	 */
	@FunctionalInterface
	interface Held {

		void unlock();

	}

	/**
	 * The lock of some keys, which is what a thread holds that locks a single one.
	 */
	private static final class Stripe extends ReentrantLock implements Held {

		private static final long serialVersionUID = 1L;

	}

}
