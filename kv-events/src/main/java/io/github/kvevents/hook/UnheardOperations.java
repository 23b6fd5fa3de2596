package io.github.kvevents.hook;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts operations while they run, so cheaply that each one can be counted, and lets
 * somebody wait for those that began before.
 * <p>
 * There are two sets of counters. Who waits has new operations count themselves in the
 * other set, so that those he waits for get fewer. An operation may have chosen its set
 * long before it counts itself there, so both sets have to be found empty, one before the
 * switch and one after it.
 */
final class UnheardOperations {

	private static final int STRIPES = 32;

	/**
	 * Keeps the counters of two stripes off one cache line.
	 */
	private static final int SPACING = 16;

	private static final int SET = STRIPES * SPACING;

	private static final long PAUSE_NANOS = 20_000;

	private final AtomicIntegerArray counters = new AtomicIntegerArray(2 * SET);

	private volatile int current;

	/**
	 * Counts an operation that begins.
	 * @return to be passed to {@link #end(int)}
	 */
	int begin() {
		int stripe = (int) (Thread.currentThread().getId() & (STRIPES - 1));
		int counter = this.current * SET + stripe * SPACING;
		this.counters.getAndIncrement(counter);
		return counter;
	}

	void end(int ticket) {
		this.counters.getAndDecrement(ticket);
	}

	/**
	 * Waits until the operations are done that began before this call, whatever else
	 * begins meanwhile.
	 */
	synchronized void awaitEnd() {
		int before = this.current;
		awaitEmpty(1 - before);
		this.current = 1 - before;
		awaitEmpty(before);
	}

	private void awaitEmpty(int set) {
		boolean interrupted = false;
		for (int stripe = 0; stripe < STRIPES; stripe++) {
			while (this.counters.get(set * SET + stripe * SPACING) != 0) {
				LockSupport.parkNanos(this, PAUSE_NANOS);
				// parking returns at once while the flag is up
				interrupted |= Thread.interrupted();
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
