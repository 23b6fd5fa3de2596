package io.github.kvevents.hook;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.hook.QueueRoom.QueueLock;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.KeyedQueue;
import io.github.kvevents.support.ThreadSlot;

/**
 * The workers of a queue: each takes the next event whose key no other has. They share
 * the queue's lock.
 */
final class QueueWorkers {

	/**
	 * After so many events a worker makes room for the workers of other hooks.
	 */
	private static final int EVENTS_PER_TURN = 64;

	private final int concurrency;

	private final Executor executor;

	private final QueueLock lock;

	private final KeyedQueue<QueuedEvent> pending;

	private final Consumer<QueuedEvent> handler;

	private final Runnable worker = this::work;

	private final Set<Thread> running = new LinkedHashSet<>();

	private int count;

	/** How many more there may be, in place of those that wait for the others. */
	private int standIns;

	QueueWorkers(int concurrency, Executor executor, QueueLock lock, KeyedQueue<QueuedEvent> pending,
			Consumer<QueuedEvent> handler) {
		this.concurrency = concurrency;
		this.executor = executor;
		this.lock = lock;
		this.pending = pending;
		this.handler = handler;
	}

	/**
	 * Counts another worker, if there is work for it. Called with the lock held.
	 * @return whether it is to be started
	 */
	boolean claim() {
		if (!this.pending.isReady() || this.count >= this.concurrency + this.standIns) {
			return false;
		}
		this.count++;
		return true;
	}

	/**
	 * Starts a worker that was claimed. Called without the lock.
	 */
	void start() {
		this.executor.execute(this.worker);
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
		QueuedEvent next = null;
		boolean startWorker = false;
		this.lock.lock();
		try {
			this.standIns -= place.replaced ? 1 : 0;
			this.pending.release(item.event().getKey());
			// an interrupt that was meant for the hook must not reach the next one
			Thread.interrupted();
			if (more) {
				next = takeOrRetire();
			}
			else {
				retire();
				startWorker = claim();
			}
			if (next == null) {
				this.running.remove(Thread.currentThread());
			}
		}
		finally {
			this.lock.unlock();
		}
		item.done();
		if (startWorker) {
			start();
		}
		return next;
	}

	/**
	 * Takes the next event. A worker that finds none doesn't count from the same moment
	 * on: an event that is offered right behind starts another one. Called with the lock
	 * held.
	 */
	private @Nullable QueuedEvent takeOrRetire() {
		QueuedEvent next = this.pending.poll();
		if (next == null) {
			retire();
			return null;
		}
		this.lock.changed().signalAll();
		return next;
	}

	private void retire() {
		this.count--;
		this.lock.changed().signalAll();
	}

	/**
	 * How many of them the current call is part of: a hook that stops the application.
	 * Called with the lock held.
	 */
	int countOwn() {
		return (int) this.running.stream().filter(CallChain::isOn).count();
	}

	/**
	 * Whether any runs but these, or could. Called with the lock held.
	 */
	boolean isBusyBeside(int own) {
		return this.count > own || this.pending.isReady();
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
			if (QueueWorkers.this.lock.get(this::claimInPlace)) {
				start();
			}
		}

		private boolean claimInPlace() {
			QueueWorkers.this.standIns += this.replaced ? 0 : 1;
			this.replaced = true;
			return claim();
		}

	}

}
