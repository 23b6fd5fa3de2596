package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.Deque;
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
 * for long ends. There is nothing to shut down. Used by many threads at once. For our
 * packages.
 */
public final class WorkerPool implements Executor {

	private static final Log logger = LogFactory.getLog(WorkerPool.class);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final ThreadFactory threadFactory;

	private final Executor starter = new RetryingExecutor(this::startThread);

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final Deque<Worker> idle = new ArrayDeque<>();

	private int maxThreads;

	private int threads;

	/** Whether a thread was woken or started and hasn't looked for a task yet. */
	private boolean waking;

	/**
	 * Creates a pool; no thread is started.
	 * @param maxThreads how many threads there may be, at least 1
	 * @param threadFactory creates them
	 */
	public WorkerPool(int maxThreads, ThreadFactory threadFactory) {
		this.maxThreads = maxThreads;
		this.threadFactory = threadFactory;
	}

	/**
	 * Runs a task, now or as soon as there is a thread for it.
	 * @param task the task; what it throws ends its thread, and another one continues
	 */
	@Override
	public void execute(Runnable task) {
		Worker next;
		this.lock.lock();
		try {
			this.tasks.addLast(task);
			next = claim();
		}
		finally {
			this.lock.unlock();
		}
		begin(next);
	}

	/**
	 * Changes how many threads there may be.
	 * @param change how many more; fewer if negative: a thread ends with its task then
	 */
	public void resize(int change) {
		Worker next;
		this.lock.lock();
		try {
			this.maxThreads += change;
			next = claim();
		}
		finally {
			this.lock.unlock();
		}
		begin(next);
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
			this.threads++;
			next = new Worker();
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
			LockSupport.unpark(thread);
			return;
		}
		try {
			this.starter.execute(next);
		}
		catch (RuntimeException | Error ex) {
			logger.error("Failed to start a thread: what it was to run waits for another one", ex);
			abandon();
		}
	}

	/**
	 * The tasks stay: the next one that comes, or a thread that is done, takes care of
	 * them.
	 */
	private void abandon() {
		this.lock.lock();
		try {
			this.threads--;
			this.waking = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void startThread(Runnable worker) {
		Thread thread = this.threadFactory.newThread(worker);
		((Worker) worker).thread = thread;
		thread.start();
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
			pool.lock.lock();
			try {
				pool.threads--;
				next = pool.claim();
			}
			finally {
				pool.lock.unlock();
			}
			pool.begin(next);
		}

		/**
		 * Waits for a task.
		 * @return the task, {@code null} if this thread is to end
		 */
		private @Nullable Runnable next() {
			Runnable task = poll(false);
			long until = (task == null) ? System.nanoTime() + IDLE_NANOS : 0;
			while (task == null && !this.ending) {
				// one that was meant for an earlier task would make it wait no more
				Thread.interrupted();
				LockSupport.parkNanos(WorkerPool.this, IDLE_NANOS);
				task = poll(System.nanoTime() - until >= 0);
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
			pool.lock.lock();
			try {
				boolean wasCalled = arrive();
				boolean surplus = pool.threads > pool.maxThreads;
				task = surplus ? null : pool.tasks.pollFirst();
				if (task == null && (surplus || (expired && !wasCalled))) {
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
				pool.lock.unlock();
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
