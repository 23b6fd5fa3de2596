package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The tasks that the current thread gives to a {@link WorkerPool} within a moment. The
 * pool takes them together when the batch is closed, and wakes one thread for them; given
 * one by one, a thread would be woken for nearly each, since it is done with a short task
 * before the next one comes, and being woken takes longer than that. What might wait, or
 * run the code of others, {@linkplain #start() starts} the tasks before. Confined to its
 * thread. For our packages.
 */
public final class TaskBatch implements AutoCloseable {

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
	 * Opens a batch of the current thread. What another one holds is started before.
	 * @param here the slots of the current thread
	 * @param expected how many tasks there will be, about
	 * @return the batch, to be closed by the same thread
	 */
	public static TaskBatch open(@Nullable Object[] here, int expected) {
		start(here);
		return new TaskBatch(here, expected);
	}

	/**
	 * Starts what the batch of the current thread holds, if there is one.
	 */
	public static void start() {
		start(ThreadSlot.here());
	}

	private static void start(@Nullable Object[] here) {
		TaskBatch batch = CURRENT.get(here);
		if (batch != null) {
			batch.startAll();
		}
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

	@Override
	public void close() {
		CURRENT.replace(this.here, this.outer);
		startAll();
	}

}
