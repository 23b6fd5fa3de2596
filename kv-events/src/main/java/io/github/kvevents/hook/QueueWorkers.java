package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.KeyedQueue;
import io.github.kvevents.support.ThreadSlot;

/**
 * The workers of a queue: each takes the next event whose key no other has. They share
 * the queue's lock.
 */
final class QueueWorkers {

	private static final Log logger = LogFactory.getLog(QueueWorkers.class);

	/**
	 * After so many events a worker makes room for the workers of other hooks.
	 */
	private static final int EVENTS_PER_TURN = 64;

	private final int concurrency;

	private final Executor executor;

	private final QueueLock lock;

	private final Supplier<@Nullable QueuedEvent> poll;

	private final KeyedQueue<QueuedEvent> pending;

	private final Consumer<QueuedEvent> handler;

	private final Runnable worker = this::work;

	private final Runnable starter = this::start;

	/** The threads that run a worker: few, and they come and go with each event. */
	private final List<Thread> running = new ArrayList<>(2);

	/** The threads that wait until there is nothing to do. */
	private final Set<Thread> idleWaiters = new HashSet<>(1);

	private int count;

	/** How many more there may be, in place of those that wait for the others. */
	private int standIns;

	QueueWorkers(int concurrency, Executor executor, QueueLock lock, Supplier<@Nullable QueuedEvent> poll,
			KeyedQueue<QueuedEvent> pending, Consumer<QueuedEvent> handler) {
		this.concurrency = concurrency;
		this.executor = executor;
		this.lock = lock;
		this.poll = poll;
		this.pending = pending;
		this.handler = handler;
	}

	/**
	 * Starts another worker once the lock is free, if there is work for it. Called with
	 * the lock held.
	 */
	void claim() {
		if (this.pending.isReady() && this.count < this.concurrency + this.standIns) {
			setCount(this.count + 1);
			this.lock.later(this.starter);
		}
	}

	/**
	 * A worker that can't be started leaves its place: the next event, or a worker that
	 * is done, starts another one. The thread that brought the event continues, with
	 * those of other hooks, too.
	 */
	private void start() {
		try {
			this.executor.execute(this.worker);
		}
		catch (RuntimeException | Error ex) {
			this.lock.run(this::retire);
			logger.error("Failed to start a thread: what it was to run waits for another one", ex);
		}
	}

	private void work() {
		QueuedEvent item = takeFirst();
		for (int turn = 1; item != null; turn++) {
			item = handle(item, turn < EVENTS_PER_TURN);
		}
	}

	private @Nullable QueuedEvent takeFirst() {
		this.lock.lock();
		try {
			QueuedEvent first = takeOrRetire();
			if (first != null) {
				this.running.add(Thread.currentThread());
			}
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Handles an event.
	 * @param more whether the turn may continue behind it
	 * @return the next event of the turn, {@code null} if the worker has retired
	 */
	private @Nullable QueuedEvent handle(QueuedEvent item, boolean more) {
		@Nullable Object[] here = ThreadSlot.here();
		Place place = new Place();
		CallChain outer = CallChain.enter(here, place);
		boolean handled = false;
		QueuedEvent next = null;
		try {
			this.handler.accept(item);
			handled = true;
		}
		finally {
			CallChain.leave(here, outer);
			next = finish(item, place, more && handled);
		}
		return next;
	}

	/**
	 * Ends an event and, in the same step, takes the next one. At the end of its turn a
	 * worker queues up again behind the workers of other hooks, if there is work. After a
	 * failure of the JVM it is another worker that handles the rest.
	 */
	private @Nullable QueuedEvent finish(QueuedEvent item, Place place, boolean more) {
		this.lock.lock();
		try {
			return next(item, place, more);
		}
		finally {
			try {
				this.lock.unlock();
			}
			finally {
				item.done();
			}
		}
	}

	private @Nullable QueuedEvent next(QueuedEvent item, Place place, boolean more) {
		QueuedEvent next = null;
		addStandIns(place.replaced ? -1 : 0);
		this.pending.release(item.event().getKey());
		// an interrupt that was meant for the hook must not reach the next one
		Thread.interrupted();
		if (more) {
			next = takeOrRetire();
		}
		else {
			retire();
			claim();
		}
		if (next == null) {
			this.running.remove(Thread.currentThread());
		}
		return next;
	}

	/**
	 * Takes the next event. A worker that finds none doesn't count from the same moment
	 * on: an event that is offered right behind starts another one. Called with the lock
	 * held.
	 */
	private @Nullable QueuedEvent takeOrRetire() {
		QueuedEvent next = this.poll.get();
		if (next == null) {
			retire();
		}
		return next;
	}

	private void addStandIns(int more) {
		this.standIns += more;
		setCount(this.count);
	}

	private void retire() {
		setCount(this.count - 1);
		wakeIdleWaiters();
	}

	/**
	 * No event needs another worker where there are as many as there may be.
	 */
	private void setCount(int count) {
		this.count = count;
		this.lock.setExpected(count >= this.concurrency + this.standIns);
	}

	/**
	 * Called with the lock held, when something has ended or was removed.
	 */
	void wakeIdleWaiters() {
		if (!this.idleWaiters.isEmpty()) {
			this.idleWaiters.forEach(this.lock::unpark);
		}
	}

	/**
	 * Waits until none runs but those that the caller is part of, and there is nothing
	 * that one could take.
	 * @return whether that was so in time
	 */
	boolean awaitIdle(long nanos) throws InterruptedException {
		long until = System.nanoTime() + nanos;
		Thread thread = Thread.currentThread();
		try {
			while (this.lock.get(() -> isBusy(thread))) {
				long left = until - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				this.lock.park(left);
				if (Thread.interrupted()) {
					throw new InterruptedException();
				}
			}
			return true;
		}
		finally {
			this.lock.run(() -> this.idleWaiters.remove(thread));
		}
	}

	/**
	 * Called with the lock held.
	 * @param waiter is woken when this may have changed
	 */
	private boolean isBusy(Thread waiter) {
		this.idleWaiters.add(waiter);
		return this.count > countOwn() || this.pending.isReady();
	}

	/**
	 * How many of them the current call is part of: a hook that stops the application.
	 * Called with the lock held.
	 */
	int countOwn() {
		return (int) this.running.stream().filter(CallChain::isOn).count();
	}

	/**
	 * Interrupts those that run a hook, but not the one that asks for it. Called with the
	 * lock held.
	 */
	void interrupt() {
		this.running.stream().filter((thread) -> !CallChain.isOn(thread)).forEach(Thread::interrupt);
	}

	/**
	 * A worker that handles an event. It counts against the concurrency.
	 */
	private final class Place implements CallChain.Replaceable {

		private boolean replaced;

		@Override
		public void replace() {
			QueueWorkers.this.lock.run(this::claimInPlace);
		}

		private void claimInPlace() {
			addStandIns(this.replaced ? 0 : 1);
			this.replaced = true;
			claim();
		}

	}

}
