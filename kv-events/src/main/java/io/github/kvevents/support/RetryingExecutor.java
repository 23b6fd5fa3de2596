package io.github.kvevents.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Passes tasks to a pool. If the JVM can't create a thread, the submission is retried
 * until it can: a task that is dropped would never run if nothing else submits it. For
 * our packages.
 */
public final class RetryingExecutor implements Executor {

	/**
	 * Uses the delay thread of the JDK, which is started now: later the JVM may be unable
	 * to create it.
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
	 * Runs a task, now or as soon as there is a thread for it.
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
