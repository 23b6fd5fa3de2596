package io.github.kvevents.support;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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

	private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(60);

	/** How many tasks of a key run before other keys get their turn. */
	private static final int TURN = 64;

	private final SparingPool threads;

	private final Executor starter;

	/**
	 * Queued tasks by key. A key is present from its first task until a thread finds its
	 * queue empty. Both happen under one lock: either that thread sees a new task, or the
	 * new task starts another thread.
	 */
	private final Map<Object, Queue<Runnable>> waiting = new HashMap<>();

	/** The threads that run a task, by its key. */
	private final Map<Object, Thread> running = new HashMap<>();

	private boolean closed;

	/**
	 * Creates an executor; its threads start when there is work.
	 * @param threadNamePrefix the names of the threads, without their number
	 * @param threads the maximum number of threads, positive
	 */
	public KeyedExecutor(String threadNamePrefix, int threads) {
		AtomicInteger number = new AtomicInteger();
		this.threads = new SparingPool(threads, threads, IDLE_THREAD_LIFE, new LinkedBlockingQueue<>(), (task) -> {
			Thread thread = new Thread(task, threadNamePrefix + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
		this.starter = new RetryingExecutor(this.threads);
	}

	/**
	 * Submits a task, which runs after all earlier tasks of the same key. Its exceptions
	 * are logged. Never waits.
	 * @param key the key within which tasks keep their order
	 * @param task the task
	 * @return whether the task was accepted; {@code false} once this executor is closed
	 */
	public synchronized boolean submit(Object key, Runnable task) {
		if (this.closed) {
			return false;
		}
		Queue<Runnable> ofKey = this.waiting.get(key);
		if (ofKey != null) {
			ofKey.add(task);
			return true;
		}
		ofKey = new ArrayDeque<>();
		ofKey.add(task);
		this.waiting.put(key, ofKey);
		this.starter.execute(() -> run(key));
		return true;
	}

	/**
	 * Lets the caller run work of a key itself, if no task of the key is queued or
	 * running: tasks submitted from now on wait until {@link #end(Object)}.
	 * @param key the key
	 * @return whether it may; it must call {@link #end(Object)} afterwards
	 */
	public synchronized boolean begin(Object key) {
		if (this.closed || this.waiting.containsKey(key)) {
			return false;
		}
		this.waiting.put(key, new ArrayDeque<>());
		this.running.put(key, Thread.currentThread());
		return true;
	}

	/**
	 * Ends the work of a caller, on the same thread.
	 * @param key the key
	 */
	public synchronized void end(Object key) {
		Queue<Runnable> ofKey = this.waiting.get(key);
		this.running.remove(key);
		if (ofKey != null && ofKey.isEmpty()) {
			this.waiting.remove(key);
			notifyAll();
		}
		else if (ofKey != null) {
			this.starter.execute(() -> run(key));
		}
	}

	private void run(Object key) {
		for (int count = 0; count < TURN; count++) {
			Runnable task = next(key);
			if (task == null) {
				return;
			}
			try {
				task.run();
			}
			catch (Throwable ex) {
				logger.error("A task failed unexpectedly; the following tasks run nevertheless", ex);
			}
			// an interrupt that was meant for one task must not reach the next one
			Thread.interrupted();
		}
		runLater(key);
	}

	private synchronized @Nullable Runnable next(Object key) {
		Queue<Runnable> ofKey = this.waiting.get(key);
		Runnable task = (ofKey != null) ? ofKey.poll() : null;
		if (task == null) {
			this.waiting.remove(key);
			this.running.remove(key);
			notifyAll();
		}
		else {
			this.running.put(key, Thread.currentThread());
		}
		return task;
	}

	/**
	 * The pool is open as long as there is a key: see {@link #close(Duration, Duration)}.
	 */
	private synchronized void runLater(Object key) {
		this.running.remove(key);
		if (this.waiting.containsKey(key)) {
			this.starter.execute(() -> run(key));
		}
	}

	/**
	 * Adds a thread for queued tasks while the calling task waits, except for tasks of
	 * its own key. To be called before a task waits for others.
	 */
	public void replaceCaller() {
		this.threads.replaceCaller();
	}

	/**
	 * Takes no more tasks, drops queued ones, and interrupts running ones, except for the
	 * task that calls this.
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
			this.threads.shutdown();
			if (!this.threads.awaitOthers(grace)) {
				this.threads.interruptOthers();
				this.threads.awaitOthers(grace);
			}
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
		long left = timeout.toNanos();
		while (!isIdle() && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - System.nanoTime();
		}
	}

	private boolean isIdle() {
		return this.waiting.keySet().stream().map(this.running::get).allMatch(KeyedExecutor::isOnCall);
	}

	private static boolean isOnCall(@Nullable Thread thread) {
		return thread != null && CallChain.isOn(thread);
	}

	private synchronized int drop() {
		this.closed = true;
		int dropped = this.waiting.values().stream().mapToInt(Queue::size).sum();
		this.waiting.clear();
		this.running.clear();
		return dropped;
	}

}
