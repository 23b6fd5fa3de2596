package io.github.kvevents.hook;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventTaps;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.JvmFailures;

/**
 * The taps of this instance. An operation whose events no tap wants runs without locks on
 * its keys; it is counted while it runs, so that a new tap can wait for it.
 */
final class Taps implements KvEventTaps {

	private static final Log logger = LogFactory.getLog(Taps.class);

	private final List<KvEventTaps.Tap> taps = new CopyOnWriteArrayList<>();

	private final QuiescenceBarrier untapped = new QuiescenceBarrier();

	private final KeyLocks locks;

	private volatile Runnable changeListener = () -> {
	};

	Taps(KeyLocks locks) {
		this.locks = locks;
	}

	@Override
	public void add(KvEventTaps.Tap tap) {
		Assert.notNull(tap, "'tap' must not be null");
		this.taps.add(tap);
		this.changeListener.run();
	}

	@Override
	public void remove(KvEventTaps.Tap tap) {
		this.taps.remove(tap);
		this.changeListener.run();
	}

	/**
	 * Sets what to call when a tap was added or removed.
	 */
	void setChangeListener(Runnable listener) {
		this.changeListener = listener;
	}

	@Override
	public void awaitQuiescence() {
		this.untapped.await();
	}

	@Override
	public void runHolding(Collection<String> keys, Runnable action) {
		this.locks.run(keys, action);
	}

	boolean isEmpty() {
		return this.taps.isEmpty();
	}

	/**
	 * Counts an operation that begins without locks.
	 * @return to be passed to {@link #end(int)}
	 */
	int begin() {
		return this.untapped.begin();
	}

	void end(int ticket) {
		this.untapped.end(ticket);
	}

	/**
	 * Whether a tap wants the events of an operation.
	 */
	boolean want(KvEventType type, Collection<String> keys) {
		if (this.taps.isEmpty()) {
			return false;
		}
		for (KvEventTaps.Tap tap : this.taps) {
			for (String key : keys) {
				if (tap.isInterested(type, key)) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Publishes an event to the taps, while its key is locked.
	 */
	void publish(KvEvent event) {
		if (this.taps.isEmpty()) {
			return;
		}
		JvmFailures.forEach(this.taps, (tap) -> publish(event, tap));
	}

	private static void publish(KvEvent event, KvEventTaps.Tap tap) {
		try {
			tap.onEvent(event);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			logger.error("A tap failed for '" + KeyText.printable(event.getKey()) + "'", ex);
		}
	}

	/**
	 * Counts operations while they run, at so little cost that each one can be counted,
	 * and lets a thread wait for those that began before.
	 * <p>
	 * There are two sets of counters. A thread that waits makes new operations count
	 * themselves in the other set, so that the set it waits for drains. An operation may
	 * have chosen its set long before it counts itself there, so both sets have to be
	 * found empty, one before the switch and one after it.
	 */
	private static final class QuiescenceBarrier {

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
		 * Waits until the operations that began before this call are done, whatever
		 * begins meanwhile.
		 */
		synchronized void await() {
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

}
