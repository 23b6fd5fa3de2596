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
 * The expiries of one partition that are assigned to this instance: from the moment they
 * are read until the server has confirmed their acknowledgement.
 */
final class InFlight {

	/** Not an expiry: ends a wait. */
	private static final TakenExpiry WAKE = TakenExpiry.unreadable("");

	private final int capacity;

	private final long maxBytes;

	/** Released for each expiry that leaves; a reader without capacity waits for it. */
	private final Semaphore left = new Semaphore(0);

	private final Set<String> ids = ConcurrentHashMap.newKeySet();

	/** Replies that may be on their way here. */
	private final Set<Reading> readings = ConcurrentHashMap.newKeySet();

	/** Those being handled, with their sizes: of the others only ids are in memory. */
	private final Map<String, Integer> handled = new ConcurrentHashMap<>();

	private final AtomicLong handledBytes = new AtomicLong();

	/** How many of them wait for a receiver; they don't count as in flight. */
	private final AtomicInteger waiting = new AtomicInteger();

	private final BlockingQueue<TakenExpiry> done = new LinkedBlockingQueue<>();

	/**
	 * Creates an empty set.
	 * @param capacity how many expiries may be in flight
	 * @param maxBytes how many bytes may be handled at a time; one expiry always may
	 */
	InFlight(int capacity, long maxBytes) {
		this.capacity = capacity;
		this.maxBytes = maxBytes;
	}

	/**
	 * Waits until one more expiry may be taken.
	 * @return how many may be taken, zero if the time has elapsed
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
	 * Waits while the handled expiries use all permitted bytes.
	 * @return whether one more may be handled
	 */
	boolean awaitBytes(long millis) throws InterruptedException {
		this.left.drainPermits();
		if (isFilled()) {
			this.left.tryAcquire(millis, TimeUnit.MILLISECONDS);
		}
		return !isFilled();
	}

	/**
	 * Records that the receivers of this instance handle an expiry; it stays in memory
	 * until they are done.
	 */
	void handling(TakenExpiry expiry) {
		Integer before = this.handled.put(expiry.id(), expiry.size());
		this.handledBytes.addAndGet(expiry.size() - ((before != null) ? before : 0));
	}

	/**
	 * Adds an expiry that was read, even beyond the capacity: the server has assigned it
	 * already.
	 * @return whether it is new; {@code false} if it is in flight already
	 */
	boolean add(String id) {
		return this.ids.add(id);
	}

	/**
	 * Begins to read expiries that may be in flight here already. To be called before the
	 * command is sent: the server may execute it in front of an acknowledgement, and its
	 * reply may arrive here behind that of the acknowledgement.
	 * @return what the expiries are to be added to, to be closed
	 */
	Reading openReading() {
		Reading reading = new Reading();
		this.readings.add(reading);
		return reading;
	}

	boolean contains(String id) {
		return this.ids.contains(id);
	}

	/**
	 * Records that the receivers of this instance are done with an expiry.
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
	 * Ends a wait in {@link #pollDone}.
	 */
	void wake() {
		this.done.add(WAKE);
	}

	/**
	 * Waits for expiries that the receivers of this instance have handled.
	 * @return the expiries, empty if the time has elapsed
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
	 * Sets how many of them wait for a receiver.
	 */
	void setWaiting(int count) {
		this.waiting.set(count);
		this.left.release();
	}

	/**
	 * Removes expiries whose acknowledgement the server has confirmed.
	 */
	void remove(Collection<String> ids) {
		this.readings.forEach((reading) -> reading.removed.addAll(ids));
		ids.forEach(this.ids::remove);
		this.left.release();
	}

	/**
	 * The ids of all expiries in flight.
	 */
	List<String> ids() {
		return List.copyOf(this.ids);
	}

	/**
	 * Waits until nothing is in flight except expiries that wait for a receiver, and
	 * those that can't finish before the caller.
	 * @param own how many can't finish before the caller
	 */
	void awaitEmpty(Duration timeout, IntSupplier own) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		long nanos = timeout.toNanos();
		while (this.ids.size() > this.waiting.get() + own.getAsInt() && nanos > 0) {
			this.left.tryAcquire(nanos, TimeUnit.NANOSECONDS);
			nanos = end - System.nanoTime();
		}
	}

	/**
	 * While expiries are read that may be in flight: knows those that left meanwhile.
	 */
	final class Reading implements AutoCloseable {

		private final Set<String> removed = ConcurrentHashMap.newKeySet();

		/**
		 * Adds an expiry that was read.
		 * @return whether it is new; {@code false} if it is in flight, or has left since
		 * the reading began
		 */
		boolean add(String id) {
			if (!InFlight.this.add(id)) {
				return false;
			}
			// what leaves is noted here first
			if (this.removed.contains(id)) {
				InFlight.this.ids.remove(id);
				return false;
			}
			return true;
		}

		@Override
		public void close() {
			InFlight.this.readings.remove(this);
		}

	}

}
