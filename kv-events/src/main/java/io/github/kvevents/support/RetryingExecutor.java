package io.github.kvevents.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Hands tasks to a pool. Where the JVM has no thread for one it is tried again until it
 * has: a task that was refused once would be missing for ever where nothing else starts
 * it. For our packages.
 */
public final class RetryingExecutor implements Executor {

	/**
	 * Runs on the thread that the JDK has for delays, which is started now: later there
	 * may be none for it either.
	 */
	private static final Executor LATER = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS, Runnable::run);

	static {
		LATER.execute(() -> {
		});
	}

	private final Executor pool;

	/**
	 * Creates an executor.
	 * @param pool runs the tasks
	 */
	public RetryingExecutor(Executor pool) {
		this.pool = pool;
	}

	/**
	 * Has a task run, now or as soon as there is a thread for it.
	 * @param task the task
	 * @throws java.util.concurrent.RejectedExecutionException if the pool is closed
	 */
	@Override
	public void execute(Runnable task) {
		try {
			this.pool.execute(task);
		}
		catch (OutOfMemoryError ex) {
			LATER.execute(() -> execute(task));
		}
	}

}
