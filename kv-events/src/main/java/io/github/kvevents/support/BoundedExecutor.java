package io.github.kvevents.support;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Runs tasks on a few threads, those of one key in order, with a bounded queue. The
 * threads start when there is work and end after being idle for a while. For our
 * packages.
 */
public final class BoundedExecutor {

	private static final Log logger = LogFactory.getLog(BoundedExecutor.class);

	private final Semaphore room;

	private final KeyedExecutor executor;

	private final ThreadLocal<Boolean> worker = ThreadLocal.withInitial(() -> false);

	private volatile boolean closed;

	public BoundedExecutor(String threadNamePrefix, int threads, int queueCapacity) {
		this.room = new Semaphore(queueCapacity);
		this.executor = new KeyedExecutor(threadNamePrefix, threads);
	}

	/**
	 * Queues a task behind those of the same key, if the queue is not full.
	 * @return whether it was queued
	 */
	public boolean offer(String key, Runnable task) {
		return this.room.tryAcquire() && submit(key, task, true);
	}

	/**
	 * Queues a task behind those of the same key, and waits while the queue is full. A
	 * thread of this executor never waits: it would wait for itself.
	 * @return whether the task will run; {@code false} once this executor is closed
	 */
	public boolean put(String key, Runnable task) throws InterruptedException {
		if (this.worker.get()) {
			return submit(key, task, false);
		}
		while (!this.room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
			if (this.closed) {
				return false;
			}
		}
		return submit(key, task, true);
	}

	/**
	 * Lets the caller run a task of a key itself, if no task of the key is queued or
	 * running.
	 * @return whether it may; it must call {@link #end} afterwards
	 */
	public boolean begin(String key) {
		return this.executor.begin(key);
	}

	public void end(String key) {
		this.executor.end(key);
	}

	/**
	 * The keys of which a task is queued or running.
	 * @return the keys
	 */
	public List<Object> keys() {
		return this.executor.keys();
	}

	private boolean submit(String key, Runnable task, boolean tookRoom) {
		return this.executor.submit(key, () -> run(task, tookRoom));
	}

	private void run(Runnable task, boolean tookRoom) {
		if (tookRoom) {
			this.room.release();
		}
		this.worker.set(true);
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("Failed to dispatch an expiry event", ex);
		}
		finally {
			this.worker.remove();
		}
	}

	/**
	 * Closes this executor: takes no more tasks, runs queued tasks for a while, then
	 * drops the rest and interrupts running ones. A task that calls this, since a hook
	 * stops the application, is neither waited for nor interrupted.
	 * @param drain how long queued tasks may still run, zero to drop them at once
	 * @param grace how long to wait for running tasks
	 * @return how many tasks were dropped
	 */
	public int close(Duration drain, Duration grace) {
		this.closed = true;
		return this.executor.close(drain, grace);
	}

}
