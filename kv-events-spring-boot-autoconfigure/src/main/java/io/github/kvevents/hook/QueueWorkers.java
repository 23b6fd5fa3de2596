package io.github.kvevents.hook;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

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

	private final Backlog backlog;

	private final Consumer<QueuedEvent> handler;

	private final Set<Thread> running = new LinkedHashSet<>();

	private int count;

	QueueWorkers(int concurrency, Executor executor, QueueLock lock, Backlog backlog, Consumer<QueuedEvent> handler) {
		this.concurrency = concurrency;
		this.executor = executor;
		this.lock = lock;
		this.backlog = backlog;
		this.handler = handler;
	}

	/**
	 * Counts another worker, if there is work for it. Called with the lock held.
	 * @return whether it is to be started
	 */
	boolean claim() {
		if (!this.backlog.isReady() || this.count >= this.concurrency) {
			return false;
		}
		this.count++;
		return true;
	}

	/**
	 * Starts a worker that was claimed. Called without the lock.
	 */
	void start() {
		try {
			this.executor.execute(this::work);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			// no thread to be had: the events stay, the next one tries again
			this.lock.run(() -> {
				this.count--;
			});
		}
	}

	private void work() {
		boolean again = true;
		boolean failed = true;
		try {
			for (int turn = 0; again && turn < EVENTS_PER_TURN; turn++) {
				again = workOnce();
			}
			failed = false;
		}
		finally {
			endTurn(again, failed);
		}
	}

	/**
	 * Ends a worker or lets it queue up again behind the workers of other hooks. After a
	 * failure of the JVM another worker goes on with the rest.
	 */
	private void endTurn(boolean again, boolean failed) {
		boolean startWorker = this.lock.get(() -> {
			this.count--;
			this.lock.changed().signalAll();
			return (again || failed) && claim();
		});
		if (startWorker) {
			start();
		}
	}

	private boolean workOnce() {
		QueuedEvent item = this.lock.get(() -> {
			QueuedEvent next = this.backlog.poll();
			if (next != null) {
				this.running.add(Thread.currentThread());
				this.lock.changed().signalAll();
			}
			return next;
		});
		if (item == null) {
			return false;
		}
		try {
			this.handler.accept(item);
		}
		finally {
			finish(item);
			item.done();
		}
		return true;
	}

	private void finish(QueuedEvent item) {
		this.lock.run(() -> {
			this.running.remove(Thread.currentThread());
			this.backlog.finish(item);
		});
		// an interrupt that was meant for the hook must not reach the next one
		Thread.interrupted();
	}

	/**
	 * Whether there are any. Called with the lock held.
	 */
	boolean isBusy() {
		return this.count > 0;
	}

	/**
	 * Interrupts those that run a hook. Called with the lock held.
	 */
	void interrupt() {
		this.running.forEach(Thread::interrupt);
	}

}
