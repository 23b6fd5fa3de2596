package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The tasks that the current thread gives to a {@link WorkerPool} within a moment. The
 * pool takes them together when the batch is closed, and wakes one thread for them; given
 * one by one, a thread would be woken for nearly each, since it is done with a short task
 * before the next one comes, and being woken takes longer than that. What might wait, or
 * run the code of others, {@linkplain #suspend() suspends} the batch. Confined to its
 * thread. For our packages.
 */
public final class TaskBatch {

	private static final ThreadSlot<TaskBatch> CURRENT = new ThreadSlot<>();

	private final @Nullable Object[] here;

	private final @Nullable TaskBatch outer;

	private final Deque<Runnable> tasks;

	private @Nullable WorkerPool pool;

	private TaskBatch(@Nullable Object[] here, int expected) {
		this.here = here;
		this.tasks = new ArrayDeque<>(expected);
		this.outer = CURRENT.replace(here, this);
	}

	/**
	 * Opens a batch of the current thread, unless there will be at most one task.
	 * @param here the slots of the current thread
	 * @param expected how many tasks there will be at most
	 * @return the batch, to be closed by the same thread; {@code null} for none
	 */
	public static @Nullable TaskBatch open(@Nullable Object[] here, int expected) {
		return (expected > 1) ? new TaskBatch(here, expected) : null;
	}

	/**
	 * Closes a batch, which gives its tasks to the pool.
	 * @param batch the batch, {@code null} for none
	 */
	public static void close(@Nullable TaskBatch batch) {
		if (batch != null) {
			CURRENT.replace(batch.here, batch.outer);
			batch.startAll();
		}
	}

	/**
	 * Starts what the batch of the current thread holds, and keeps nothing more until it
	 * is resumed.
	 * @return the batch to resume, {@code null} for none
	 */
	public static @Nullable TaskBatch suspend() {
		TaskBatch batch = CURRENT.replace(null);
		if (batch != null) {
			batch.startAll();
		}
		return batch;
	}

	/**
	 * Lets the batch keep tasks again.
	 * @param batch what {@link #suspend()} returned
	 */
	public static void resume(@Nullable TaskBatch batch) {
		CURRENT.replace(batch);
	}

	/**
	 * Keeps a task if the current thread has a batch, which may be for one pool only.
	 * @return whether it did
	 */
	static boolean keep(WorkerPool pool, Runnable task) {
		TaskBatch batch = CURRENT.get();
		return batch != null && batch.add(pool, task);
	}

	private boolean add(WorkerPool pool, Runnable task) {
		if (this.pool != null && this.pool != pool) {
			return false;
		}
		this.tasks.addLast(task);
		this.pool = pool;
		return true;
	}

	private void startAll() {
		WorkerPool pool = this.pool;
		if (pool != null) {
			this.pool = null;
			pool.executeAll(this.tasks);
		}
	}

}
