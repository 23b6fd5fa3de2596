package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A few threads that dispatch expiries, those of one key in order, and a bounded queue in
 * front of them. The threads start when there is work and end when there has been none
 * for a while.
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
	 * Queues a task if there is room, behind those of the same key.
	 * @return whether there was
	 */
	public boolean offer(String key, Runnable task) {
		return this.room.tryAcquire() && submit(key, task, true);
	}

	/**
	 * Queues a task behind those of the same key, waits for room if need be. One of the
	 * stage's own threads never waits: it would wait for itself.
	 * @return whether the task will run; it won't once the stage is closed
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
	 * Lets the caller run a task of a key itself, if none of the key waits or runs.
	 * @return whether it has the turn, which it must end
	 */
	public boolean begin(String key) {
		return this.executor.begin(key);
	}

	public void end(String key) {
		this.executor.end(key);
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
			logger.error("Telling of an expiry failed", ex);
		}
		finally {
			this.worker.remove();
		}
	}

	/**
	 * Ends the stage: takes no more tasks, lets those that are queued run for a while,
	 * then drops the rest and interrupts what runs. The task that calls this, since a
	 * hook stops the application, is neither waited for nor interrupted.
	 * @param drain how long queued tasks may still run, zero to drop them at once
	 * @param grace how long to wait for what runs
	 * @return how many tasks were dropped
	 */
	public int close(Duration drain, Duration grace) {
		this.closed = true;
		return this.executor.close(drain, grace);
	}

}
