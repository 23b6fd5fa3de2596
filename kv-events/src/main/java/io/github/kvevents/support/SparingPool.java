package io.github.kvevents.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that call code of the application, which may itself stop them, by closing the
 * application: that call is neither waited for nor interrupted. For our packages.
 */
public final class SparingPool extends ThreadPoolExecutor {

	private final Set<Thread> running = ConcurrentHashMap.newKeySet();

	/** Threads whose task has another thread stop the pool. */
	private final Set<Thread> spared = ConcurrentHashMap.newKeySet();

	private final Object monitor = new Object();

	/** What was submitted and hasn't ended. */
	private int open;

	/**
	 * Creates a pool whose threads end when they have been idle.
	 * @param core how many threads are started before tasks are queued
	 * @param maximum how many threads there are at most
	 * @param idle how long a thread lives that has nothing to do
	 * @param queue where tasks wait
	 * @param threadFactory makes the threads
	 */
	public SparingPool(int core, int maximum, Duration idle, BlockingQueue<Runnable> queue,
			ThreadFactory threadFactory) {
		super(core, maximum, idle.toMillis(), TimeUnit.MILLISECONDS, queue, threadFactory);
		allowCoreThreadTimeOut(true);
	}

	@Override
	public void execute(Runnable task) {
		count(1);
		try {
			super.execute(task);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			count(-1);
			throw ex;
		}
	}

	@Override
	protected void beforeExecute(Thread thread, Runnable task) {
		this.running.add(thread);
	}

	@Override
	protected void afterExecute(Runnable task, Throwable thrown) {
		this.running.remove(Thread.currentThread());
		this.spared.remove(Thread.currentThread());
		count(-1);
	}

	private void count(int change) {
		synchronized (this.monitor) {
			this.open += change;
			this.monitor.notifyAll();
		}
	}

	/**
	 * Whether the current call can't end before a task of this pool does.
	 * @return whether it is called by one, directly or through hooks that wait
	 */
	public boolean isCalledFromWithin() {
		return this.running.stream().anyMatch(CallChain::isOn);
	}

	private int countOwn() {
		return (int) this.running.stream().filter(this::isOwn).count();
	}

	private boolean isOwn(Thread thread) {
		return this.spared.contains(thread) || CallChain.isOn(thread);
	}

	/**
	 * Leaves the task that calls this, if one does, alone when another thread ends this
	 * pool later.
	 */
	public void spareCaller() {
		this.running.stream().filter(CallChain::isOn).forEach(this.spared::add);
	}

	/**
	 * Has another thread do meanwhile what waits for that of the task which calls this,
	 * from now on.
	 */
	public void replaceCaller() {
		int own = countOwn();
		if (own > 0) {
			setMaximumPoolSize(getMaximumPoolSize() + own);
			setCorePoolSize(getCorePoolSize() + own);
		}
	}

	/**
	 * Waits until everything that was submitted has ended, except for the task that calls
	 * this.
	 * @param timeout how long to wait at most
	 * @return whether it was so in time
	 * @throws InterruptedException if the current thread is interrupted
	 */
	public boolean awaitOthers(Duration timeout) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		synchronized (this.monitor) {
			while (this.open > countOwn()) {
				long left = end - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				TimeUnit.NANOSECONDS.timedWait(this.monitor, left);
			}
			return true;
		}
	}

	/**
	 * Takes no more tasks, drops those that wait and interrupts those that run, except
	 * for the one that calls this.
	 * @return how many were dropped
	 */
	public int interruptOthers() {
		shutdown();
		int dropped = dropQueued();
		for (Thread thread : this.running) {
			if (!isOwn(thread)) {
				thread.interrupt();
			}
		}
		return dropped;
	}

	/**
	 * Drops the tasks that wait.
	 * @return how many there were
	 */
	public int dropQueued() {
		List<Runnable> dropped = new ArrayList<>();
		getQueue().drainTo(dropped);
		count(-dropped.size());
		return dropped.size();
	}

}
