package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The expiries of one partition that this instance has taken and the server still keeps
 * for it: from the moment they are read until the server has confirmed that they are
 * done.
 */
final class InFlight {

	/** Is none, but ends a wait. */
	private static final TakenExpiry WAKE = TakenExpiry.unreadable("");

	private final int capacity;

	private final long maxBytes;

	/** Released for each expiry that leaves, so that a reader without room waits. */
	private final Semaphore left = new Semaphore(0);

	private final Set<String> ids = ConcurrentHashMap.newKeySet();

	/** Those that receivers have, with their sizes: the others are known by their ids. */
	private final Map<String, Integer> handled = new ConcurrentHashMap<>();

	private final AtomicLong handledBytes = new AtomicLong();

	/** How many of them wait for a receiver, and take no room. */
	private final AtomicInteger waiting = new AtomicInteger();

	private final BlockingQueue<TakenExpiry> done = new LinkedBlockingQueue<>();

	/**
	 * Creates one that is empty.
	 * @param capacity how many expiries there is room for
	 * @param maxBytes how large those may be together that are handled; one may always be
	 */
	InFlight(int capacity, long maxBytes) {
		this.capacity = capacity;
		this.maxBytes = maxBytes;
	}

	/**
	 * Waits until there is room for at least one more.
	 * @return how many there is room for, zero if there was none in time
	 */
	int awaitRoom(long millis) throws InterruptedException {
		this.left.drainPermits();
		if (room() <= 0) {
			this.left.tryAcquire(millis, TimeUnit.MILLISECONDS);
		}
		return Math.max(0, room());
	}

	private int room() {
		return isFilled() ? 0 : this.capacity - this.ids.size() + this.waiting.get();
	}

	private boolean isFilled() {
		return this.handledBytes.get() >= this.maxBytes && !this.handled.isEmpty();
	}

	/**
	 * Waits while what is handled is as large as it may be.
	 * @return whether there is room for one more
	 */
	boolean awaitBytes(long millis) throws InterruptedException {
		this.left.drainPermits();
		if (isFilled()) {
			this.left.tryAcquire(millis, TimeUnit.MILLISECONDS);
		}
		return !isFilled();
	}

	/**
	 * The receivers of this instance get an expiry, and keep it in memory until they are
	 * done.
	 */
	void handling(TakenExpiry expiry) {
		Integer before = this.handled.put(expiry.id(), expiry.size());
		this.handledBytes.addAndGet(expiry.size() - ((before != null) ? before : 0));
	}

	/**
	 * Adds an expiry that was read. There may be more than there is room for: what the
	 * server gave must be kept.
	 * @return whether it is new; {@code false} if it is in flight already
	 */
	boolean add(String id) {
		return this.ids.add(id);
	}

	boolean contains(String id) {
		return this.ids.contains(id);
	}

	/**
	 * The receivers of this instance are done with an expiry.
	 */
	void done(TakenExpiry expiry) {
		Integer size = this.handled.remove(expiry.id());
		if (size != null) {
			this.handledBytes.addAndGet(-size);
			this.left.release();
		}
		this.done.add(expiry);
	}

	/**
	 * Ends a wait for expiries that are done.
	 */
	void wake() {
		this.done.add(WAKE);
	}

	/**
	 * Waits for expiries that the receivers of this instance are done with.
	 * @return the expiries, empty if there were none in time
	 */
	List<TakenExpiry> pollDone(int max, long millis) throws InterruptedException {
		List<TakenExpiry> found = new ArrayList<>();
		@Nullable TakenExpiry first = this.done.poll(millis, TimeUnit.MILLISECONDS);
		if (first != null) {
			found.add(first);
			this.done.drainTo(found, max - 1);
			found.removeIf(WAKE::equals);
		}
		return found;
	}

	/**
	 * Sets how many of those that are in flight wait for a receiver.
	 */
	void setWaiting(int count) {
		this.waiting.set(count);
		this.left.release();
	}

	/**
	 * The server has confirmed that these are done.
	 */
	void remove(Collection<String> ids) {
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
	 * Waits until nothing is in flight any more but what waits for a receiver, and some
	 * that can't leave before the caller.
	 * @param own how many those are
	 */
	void awaitEmpty(Duration timeout, IntSupplier own) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		long nanos = timeout.toNanos();
		while (this.ids.size() > this.waiting.get() + own.getAsInt() && nanos > 0) {
			this.left.tryAcquire(nanos, TimeUnit.NANOSECONDS);
			nanos = end - System.nanoTime();
		}
	}

}
