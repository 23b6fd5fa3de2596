package io.github.kvevents.support;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a few threads: those of one key one after the other, in the order of
 * their submission, those of different keys in parallel. The queue is unbounded: callers
 * limit what they submit. Idle threads end after a while. A task may close the executor:
 * it is neither waited for nor interrupted. For our packages.
 */
public final class KeyedExecutor {

	private static final Log logger = LogFactory.getLog(KeyedExecutor.class);

	/** How many tasks of a key run before other keys get their turn. */
	private static final int TURN = 64;

	private final SparingPool threads;

	private final Executor starter;

	/** A thread is started, or about to look, for each key that is ready. */
	private final KeyedQueue<Task> queue = new KeyedQueue<>();

	/** The tasks that occupy their key: they run, or are to be repeated. */
	private final Map<Object, Task> current = new HashMap<>();

	private boolean closed;

	public KeyedExecutor(String threadNamePrefix, int threads) {
		this(SparingPool.ofDaemons(threadNamePrefix, threads));
	}

	public KeyedExecutor(SparingPool threads) {
		this.threads = threads;
		this.starter = new RetryingExecutor(threads);
	}

	/**
	 * Submits a task behind those of the same key. Its exceptions are logged.
	 * @param key the key within which tasks keep their order
	 * @param task the task
	 * @return whether the task was accepted; {@code false} once this executor is closed
	 */
	public boolean submit(Object key, Runnable task) {
		return submitRepeatable(key, () -> {
			task.run();
			return true;
		});
	}

	/**
	 * Submits a task that may run several times, and blocks its key, but no thread,
	 * meanwhile.
	 * @param key the key within which tasks keep their order
	 * @param task returns whether it is done; if not, it runs again after
	 * {@link #repeat(Object)}
	 * @return whether the task was accepted; {@code false} once this executor is closed
	 */
	public synchronized boolean submitRepeatable(Object key, BooleanSupplier task) {
		if (!this.closed && this.queue.add(key, new Task(key, task))) {
			start(null);
		}
		return !this.closed;
	}

	/**
	 * Repeats the task that occupies a key. To be called once each time it isn't done.
	 * @param key the key of a task that has returned {@code false}, or is about to
	 */
	public synchronized void repeat(Object key) {
		Task task = this.current.get(key);
		if (task != null) {
			task.repeated = true;
			if (task.thread == null) {
				start(task);
			}
		}
	}

	/**
	 * Lets the caller run work of a key itself, if no task of the key is queued or
	 * running: tasks submitted from now on wait until {@link #end(Object)}.
	 * @param key the key
	 * @return whether it may; it must call {@link #end(Object)} afterwards
	 */
	public synchronized boolean begin(Object key) {
		boolean begun = !this.closed && this.queue.occupy(key);
		begin(begun ? new Task(key, () -> true) : null);
		return begun;
	}

	private @Nullable Task begin(@Nullable Task task) {
		if (task != null) {
			task.thread = Thread.currentThread();
			task.repeated = false;
			this.current.put(task.key, task);
		}
		return task;
	}

	/** The keys that have a task which is queued, runs or is to be repeated. */
	public synchronized List<Object> keys() {
		return this.queue.keys().toList();
	}

	/** Ends the work of a caller. */
	public synchronized void end(Object key) {
		this.current.remove(key);
		if (this.queue.release(key)) {
			start(null);
		}
		notifyAll();
	}

	/** The pool is open as long as there is a key: see the order of closing. */
	private void start(@Nullable Task repeated) {
		this.starter.execute(() -> runTurn(repeated));
	}

	private void runTurn(@Nullable Task repeated) {
		Task task = first(repeated);
		for (int count = 1; task != null; count++) {
			task = task.run() ? next(task.key, count) : keep(task);
		}
	}

	private synchronized @Nullable Task first(@Nullable Task repeated) {
		if (repeated == null) {
			return begin(this.queue.poll());
		}
		boolean dropped = this.current.get(repeated.key) != repeated;
		return dropped ? null : begin(repeated);
	}

	private synchronized @Nullable Task next(Object key, int count) {
		Task task = begin((count < TURN) ? this.queue.next(key) : null);
		if (task == null) {
			end(key);
		}
		return task;
	}

	private synchronized @Nullable Task keep(Task task) {
		task.thread = null;
		if (task.repeated) {
			repeat(task.key);
		}
		return null;
	}

	/**
	 * Adds a thread for tasks of other keys. To be called before a task waits for others.
	 */
	public void replaceCaller() {
		this.threads.replaceCaller();
	}

	/**
	 * Takes no more tasks, drops queued ones, and interrupts those of other callers.
	 */
	public void close() {
		drop();
		this.threads.interruptOthers();
	}

	/**
	 * Takes no more tasks, runs queued ones for a while, then drops the rest and
	 * interrupts running ones. An interrupt of the caller ends the wait. A task that
	 * calls this is neither waited for nor interrupted, and queued tasks of its key are
	 * dropped.
	 * @param drain how long queued tasks may still run, zero to drop them at once
	 * @param grace how long to wait for running tasks, before and after the interrupt
	 * @return how many tasks were dropped
	 */
	public int close(Duration drain, Duration grace) {
		int dropped = 0;
		replaceCaller();
		try {
			awaitIdle(drain);
			dropped = drop();
			this.threads.close(grace);
		}
		catch (InterruptedException ex) {
			dropped += drop();
			this.threads.interruptOthers();
			Thread.currentThread().interrupt();
		}
		return dropped;
	}

	private synchronized void awaitIdle(Duration timeout) throws InterruptedException {
		this.closed = true;
		long end = System.nanoTime() + timeout.toNanos();
		for (long left = timeout.toNanos(); left > 0 && !isIdle(); left = end - System.nanoTime()) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
		}
	}

	private boolean isIdle() {
		return this.queue.keys()
			.map(this.current::get)
			.allMatch((task) -> task != null && task.thread != null && CallChain.isOn(task.thread));
	}

	private synchronized int drop() {
		this.closed = true;
		int kept = (int) this.current.values().stream().filter((task) -> task.thread == null).count();
		this.current.clear();
		return kept + this.queue.clear();
	}

	private static final class Task {

		private final Object key;

		private final BooleanSupplier action;

		/** The thread that runs it, {@code null} while it waits. */
		private @Nullable Thread thread;

		private boolean repeated;

		Task(Object key, BooleanSupplier action) {
			this.key = key;
			this.action = action;
		}

		boolean run() {
			try {
				return this.action.getAsBoolean();
			}
			catch (Throwable ex) {
				logger.error("A task failed unexpectedly; the following tasks run nevertheless", ex);
				return true;
			}
			finally {
				// an interrupt that was meant for one task must not reach the next one
				Thread.interrupted();
			}
		}

	}

}
