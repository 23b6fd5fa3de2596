package io.github.kvevents.hook;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.hook.QueueRoom.QueueLock;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.KeyedQueue;

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
		this.executor.execute(this::work);
	}

	private void work() {
		boolean retired = false;
		try {
			for (int turn = 0; !retired && turn < EVENTS_PER_TURN; turn++) {
				retired = !workOnce();
			}
		}
		finally {
			if (!retired) {
				endTurn();
			}
		}
	}

	/**
	 * Lets a worker queue up again behind the workers of other hooks, if there is work.
	 * After a failure of the JVM it is another worker that handles the rest.
	 */
	private void endTurn() {
		boolean startWorker = this.lock.get(() -> {
			retire();
			return claim();
		});
		if (startWorker) {
			start();
		}
	}

	private boolean workOnce() {
		QueuedEvent item = this.lock.get(this::takeOrRetire);
		if (item == null) {
			return false;
		}
		Place place = new Place();
		CallChain.Scope call = CallChain.enter(place);
		try {
			this.handler.accept(item);
		}
		finally {
			call.close();
			finish(item, place);
			item.done();
		}
		return true;
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
		this.running.add(Thread.currentThread());
		this.lock.changed().signalAll();
		return next;
	}

	private void retire() {
		this.count--;
		this.lock.changed().signalAll();
	}

	private void finish(QueuedEvent item, Place place) {
		this.lock.run(() -> {
			this.running.remove(Thread.currentThread());
			this.standIns -= place.replaced ? 1 : 0;
			this.pending.release(item.event().getKey());
		});
		// an interrupt that was meant for the hook must not reach the next one
		Thread.interrupted();
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
