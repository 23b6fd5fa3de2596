package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A pool of threads that wakes one thread at a time: while one is on its way, further
 * tasks need no other, since it starts the next one if it leaves any behind. Many short
 * tasks at once so occupy few threads, and tasks that take long occupy as many as there
 * are. The thread that was idle for the shortest time is woken first; one that is idle
 * for long ends. Nothing has to be shut down. Used by many threads at once. For our
 * packages.
 */
public final class WorkerPool implements Executor {

	private static final Log logger = LogFactory.getLog(WorkerPool.class);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final ThreadFactory threadFactory;

	private final Executor starter = new RetryingExecutor(this::startThread);

	private final Waiting waiting;

	private final Deque<Runnable> tasks;

	private final Deque<Worker> idle;

	private int maxThreads;

	private int threads;

	/** Whether a thread was woken or started and hasn't looked for a task yet. */
	private boolean waking;

	/** Whether a thread without a task waits for the next one. */
	private boolean keeping = true;

	/**
	 * Creates a pool; no thread is started.
	 * @param maxThreads how many threads there may be, at least 1
	 * @param threadFactory creates them
	 */
	public WorkerPool(int maxThreads, ThreadFactory threadFactory) {
		this(maxThreads, threadFactory, new Waiting());
	}

	WorkerPool(int maxThreads, ThreadFactory threadFactory, Waiting waiting) {
		this.maxThreads = maxThreads;
		this.threadFactory = threadFactory;
		this.waiting = waiting;
		this.tasks = waiting.newQueue();
		this.idle = waiting.newQueue();
	}

	/**
	 * Runs a task, now or as soon as there is a thread for it. Within a {@link TaskBatch}
	 * of the current thread, it is begun with that.
	 * @param task the task; what it throws ends its thread, and another one continues
	 */
	@Override
	public void execute(Runnable task) {
		if (TaskBatch.keep(this, task)) {
			return;
		}
		Worker next;
		this.waiting.lock();
		try {
			this.tasks.addLast(task);
			next = claim();
		}
		finally {
			this.waiting.unlock();
		}
		begin(next);
	}

	/**
	 * Runs tasks, which one thread at first is woken for.
	 * @param batch the tasks, none of which is left there
	 */
	void executeAll(Deque<Runnable> batch) {
		Worker next;
		this.waiting.lock();
		try {
			this.tasks.addAll(batch);
			batch.clear();
			next = claim();
		}
		finally {
			this.waiting.unlock();
		}
		begin(next);
	}

	/**
	 * Changes how many threads there may be.
	 * @param change how many more; fewer if negative: a thread ends with its task then
	 */
	public void resize(int change) {
		Worker next;
		this.waiting.lock();
		try {
			this.maxThreads += change;
			next = claim();
		}
		finally {
			this.waiting.unlock();
		}
		begin(next);
	}

	/**
	 * Changes whether threads that are idle stay for a while. While they don't, as once
	 * an application has stopped, tasks still run, and each thread ends with its last
	 * one.
	 * @param keep whether they stay, which they do at first
	 */
	public void keepIdle(boolean keep) {
		List<Worker> idle;
		this.waiting.lock();
		try {
			this.keeping = keep;
			idle = keep ? List.of() : List.copyOf(this.idle);
		}
		finally {
			this.waiting.unlock();
		}
		idle.forEach(this::begin);
	}

	/**
	 * Chooses a thread for the tasks, unless one is on its way. Called with the lock
	 * held.
	 */
	private @Nullable Worker claim() {
		if (this.tasks.isEmpty() || this.waking) {
			return null;
		}
		Worker next = this.idle.pollFirst();
		if (next == null && this.threads < this.maxThreads) {
			try {
				next = new Worker();
				this.threads++;
			}
			catch (OutOfMemoryError ex) {
				// the task is taken: who gave it must not give it again
				return null;
			}
		}
		if (next != null) {
			this.waking = true;
			next.called = true;
			next.waiting = false;
		}
		return next;
	}

	/**
	 * Wakes or starts a thread that was claimed. Called without the lock.
	 */
	private void begin(@Nullable Worker next) {
		if (next == null) {
			return;
		}
		Thread thread = next.thread;
		if (thread != null) {
			this.waiting.wake(thread);
			return;
		}
		try {
			this.starter.execute(next);
		}
		catch (RuntimeException | Error ex) {
			abandon();
			logger.error("Failed to start a thread: what it was to run waits for another one", ex);
		}
	}

	/**
	 * The tasks stay: the next one that comes, or a thread that is done, takes care of
	 * them.
	 */
	private void abandon() {
		this.waiting.lock();
		try {
			this.threads--;
			this.waking = false;
		}
		finally {
			this.waiting.unlock();
		}
	}

	private void startThread(Runnable worker) {
		Thread thread = this.threadFactory.newThread(worker);
		((Worker) worker).thread = thread;
		thread.start();
	}

	/**
	 * What threads share and wait for each other by. A test replaces it to run them step
	 * by step.
	 */
	static class Waiting {

		private final ReentrantLock lock = new ReentrantLock();

		/**
		 * A queue that is used with the lock held.
		 */
		<E> Deque<E> newQueue() {
			return new ArrayDeque<>();
		}

		void lock() {
			this.lock.lock();
		}

		void unlock() {
			this.lock.unlock();
		}

		/**
		 * Waits until this thread is woken, was woken before, or the time is up.
		 */
		void await(Object pool, long nanos) {
			LockSupport.parkNanos(pool, nanos);
		}

		void wake(Thread thread) {
			LockSupport.unpark(thread);
		}

		long nanoTime() {
			return System.nanoTime();
		}

	}

	/**
	 * A thread of the pool.
	 */
	private final class Worker implements Runnable {

		private volatile @Nullable Thread thread;

		/** Whether it is the one on its way. */
		private boolean called;

		/** Whether it is among the idle ones. */
		private boolean waiting;

		private boolean ending;

		@Override
		public void run() {
			boolean ended = false;
			try {
				for (Runnable task = next(); task != null; task = next()) {
					task.run();
				}
				ended = true;
			}
			finally {
				if (!ended) {
					// a task has failed
					leave();
				}
			}
		}

		private void leave() {
			WorkerPool pool = WorkerPool.this;
			Worker next;
			pool.waiting.lock();
			try {
				pool.threads--;
				next = pool.claim();
			}
			finally {
				pool.waiting.unlock();
			}
			pool.begin(next);
		}

		/**
		 * Waits for a task.
		 * @return the task, {@code null} if this thread is to end
		 */
		private @Nullable Runnable next() {
			Runnable task = poll(false);
			Waiting waiting = WorkerPool.this.waiting;
			long until = (task == null) ? waiting.nanoTime() + IDLE_NANOS : 0;
			while (task == null && !this.ending) {
				// one that was meant for an earlier task would make it wait no more
				Thread.interrupted();
				waiting.await(WorkerPool.this, IDLE_NANOS);
				task = poll(waiting.nanoTime() - until >= 0);
			}
			return task;
		}

		/**
		 * Takes a task, and has another thread take the next one.
		 * @param expired whether this thread is to end if there is none
		 */
		private @Nullable Runnable poll(boolean expired) {
			WorkerPool pool = WorkerPool.this;
			Runnable task;
			Worker next;
			pool.waiting.lock();
			try {
				boolean wasCalled = arrive();
				boolean surplus = pool.threads > pool.maxThreads;
				task = surplus ? null : pool.tasks.pollFirst();
				if (task == null && (surplus || !pool.keeping || (expired && !wasCalled))) {
					this.ending = true;
					pool.threads--;
				}
				else if (task == null) {
					this.waiting = true;
					pool.idle.addFirst(this);
				}
				next = pool.claim();
			}
			finally {
				pool.waiting.unlock();
			}
			pool.begin(next);
			return task;
		}

		/**
		 * Called with the lock held.
		 * @return whether it was called
		 */
		private boolean arrive() {
			boolean wasCalled = this.called;
			if (wasCalled) {
				this.called = false;
				WorkerPool.this.waking = false;
			}
			if (this.waiting) {
				this.waiting = false;
				WorkerPool.this.idle.remove(this);
			}
			return wasCalled;
		}

	}

}
