package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The expiries of one partition that this instance has taken and the server still keeps
 * for it: from the moment they are read until the server has confirmed that they are
 * done.
 */
final class InFlight {

	private final int capacity;

	/** Released for each expiry that leaves, so that a reader without room waits. */
	private final Semaphore left = new Semaphore(0);

	private final Set<String> ids = ConcurrentHashMap.newKeySet();

	private final BlockingQueue<String> done = new LinkedBlockingQueue<>();

	InFlight(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Waits until there is room for at least one more.
	 * @return how many there is room for, zero if there was none in time
	 */
	int awaitRoom(long millis) throws InterruptedException {
		this.left.drainPermits();
		if (this.ids.size() >= this.capacity) {
			this.left.tryAcquire(millis, TimeUnit.MILLISECONDS);
		}
		return Math.max(0, this.capacity - this.ids.size());
	}

	/**
	 * Adds an expiry that was read. There may be more than there is room for: what the
	 * server gave must be kept.
	 * @return whether it is new; {@code false} if it is in flight already
	 */
	boolean add(String id) {
		return this.ids.add(id);
	}

	/**
	 * The hooks are done with an expiry.
	 */
	void done(String id) {
		this.done.add(id);
	}

	/**
	 * Waits for expiries that the hooks are done with.
	 * @return their ids, empty if there were none in time
	 */
	List<String> pollDone(int max, long millis) throws InterruptedException {
		List<String> ids = new ArrayList<>();
		@Nullable String first = this.done.poll(millis, TimeUnit.MILLISECONDS);
		if (first != null) {
			ids.add(first);
			this.done.drainTo(ids, max - 1);
		}
		return ids;
	}

	/**
	 * The server has confirmed that these are done.
	 */
	void remove(List<String> ids) {
		ids.forEach(this.ids::remove);
		this.left.release();
	}

	/**
	 * All that are in flight.
	 */
	List<String> ids() {
		return List.copyOf(this.ids);
	}

	/**
	 * Waits until nothing is in flight any more.
	 */
	void awaitEmpty(Duration timeout) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		long nanos = timeout.toNanos();
		while (!this.ids.isEmpty() && nanos > 0) {
			this.left.tryAcquire(nanos, TimeUnit.NANOSECONDS);
			nanos = end - System.nanoTime();
		}
	}

}
