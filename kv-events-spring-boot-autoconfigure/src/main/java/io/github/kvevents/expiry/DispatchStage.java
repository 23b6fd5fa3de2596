package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A few threads that tell of expiries, and a bounded queue in front of them. The threads
 * start when there is work and end when there has been none for a while.
 */
final class DispatchStage {

	private static final Log logger = LogFactory.getLog(DispatchStage.class);

	private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(60);

	private final Semaphore room;

	private final ThreadPoolExecutor threads;

	private final ThreadLocal<Boolean> worker = ThreadLocal.withInitial(() -> false);

	DispatchStage(String threadNamePrefix, int threads, int queueCapacity) {
		this.room = new Semaphore(queueCapacity);
		AtomicInteger number = new AtomicInteger();
		this.threads = new ThreadPoolExecutor(threads, threads, IDLE_THREAD_LIFE.toSeconds(), TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, threadNamePrefix + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		this.threads.allowCoreThreadTimeOut(true);
	}

	/**
	 * Queues a task if there is room.
	 * @return whether there was
	 */
	boolean offer(Runnable task) {
		return this.room.tryAcquire() && execute(task, true);
	}

	/**
	 * Queues a task, waits for room if need be. One of the stage's own threads never
	 * waits: it would wait for itself.
	 * @return whether the task will run; it won't once the stage is closed
	 */
	boolean put(Runnable task) throws InterruptedException {
		if (this.worker.get()) {
			return execute(task, false);
		}
		while (!this.room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
			if (this.threads.isShutdown()) {
				return false;
			}
		}
		return execute(task, true);
	}

	private boolean execute(Runnable task, boolean tookRoom) {
		try {
			this.threads.execute(() -> run(task, tookRoom));
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
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
	 * then drops the rest and interrupts what runs.
	 * @param drain how long queued tasks may still run, zero to drop them at once
	 * @param grace how long to wait for what runs
	 * @return how many tasks were dropped
	 */
	int close(Duration drain, Duration grace) {
		this.threads.shutdown();
		int dropped = 0;
		try {
			if (!this.threads.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
				dropped = this.threads.getQueue().size();
				this.threads.getQueue().clear();
				if (!this.threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
					this.threads.shutdownNow();
					this.threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
				}
			}
		}
		catch (InterruptedException ex) {
			dropped += this.threads.shutdownNow().size();
			Thread.currentThread().interrupt();
		}
		return dropped;
	}

}
