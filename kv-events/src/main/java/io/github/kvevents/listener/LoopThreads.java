package io.github.kvevents.listener;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.RetryingExecutor;
import io.github.kvevents.support.WorkerPool;

/**
 * The threads in which the loops of all listeners take their turns, as many as there are
 * turns at a time. Turns whose time has come share one of them: each second there is one
 * of each listener, mostly at the same moment, and a thread for each would be there for
 * that alone. None waits for one that takes long, as where a node is away. Used by many
 * threads at once.
 */
class LoopThreads {

	/** How long a turn may wait for the one before it. */
	static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(20);

	private final Executor pool;

	private final Queue<Runnable> due = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean running = new AtomicBoolean();

	/**
	 * Creates the loops' share of a pool.
	 * @param pool has a thread for each turn, whenever one is needed
	 */
	LoopThreads(Executor pool) {
		this.pool = pool;
	}

	/**
	 * Creates such a pool; no thread is started.
	 */
	static WorkerPool newPool() {
		return new WorkerPool(Integer.MAX_VALUE, DaemonThreads.inBackground("kv-listener-loop-"));
	}

	/**
	 * Runs a turn now.
	 */
	void execute(Runnable turn) {
		this.pool.execute(turn);
	}

	/**
	 * Runs a turn when its time has come.
	 */
	void executeIn(Runnable turn, long nanos) {
		later(() -> becomeDue(turn), nanos);
	}

	/**
	 * Runs something quick after some time, on the timer that all of the JVM share.
	 */
	void later(Runnable work, long nanos) {
		new RetryingExecutor(CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run))
			.execute(work);
	}

	private void becomeDue(Runnable turn) {
		this.due.add(turn);
		boolean begins = this.running.compareAndSet(false, true);
		// one that failed may have left others in front
		if (!begins || this.due.peek() != turn) {
			later(() -> overtake(turn), PATIENCE);
		}
		if (begins) {
			execute(this::runDue);
		}
	}

	private void overtake(Runnable turn) {
		if (this.due.remove(turn)) {
			execute(turn);
		}
	}

	private void runDue() {
		do {
			try {
				for (Runnable turn = this.due.poll(); turn != null; turn = this.due.poll()) {
					turn.run();
				}
			}
			finally {
				this.running.set(false);
			}
		}
		while (!this.due.isEmpty() && this.running.compareAndSet(false, true));
	}

}
