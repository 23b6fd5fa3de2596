package io.github.kvevents.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread pool for application code, which may itself stop the pool by closing the
 * application: that call is neither waited for nor interrupted. For our packages.
 */
public final class SparingPool extends ThreadPoolExecutor {

	private final Set<Thread> running = ConcurrentHashMap.newKeySet();

	/** Threads whose task makes another thread stop the pool. */
	private final Set<Thread> spared = ConcurrentHashMap.newKeySet();

	private final Object monitor = new Object();

	/** The number of submitted tasks that have not ended. */
	private int open;

	/**
	 * Creates a pool whose idle threads end.
	 * @param core the number of threads that are started before tasks are queued
	 * @param maximum the maximum number of threads
	 * @param idle how long an idle thread is kept
	 * @param queue the queue of waiting tasks
	 * @param threadFactory creates the threads
	 */
	public SparingPool(int core, int maximum, Duration idle, BlockingQueue<Runnable> queue,
			ThreadFactory threadFactory) {
		super(core, maximum, idle.toMillis(), TimeUnit.MILLISECONDS, queue, threadFactory);
		allowCoreThreadTimeOut(true);
	}

	/**
	 * Creates a pool of daemon threads, which end after a minute without work.
	 * @param threadNamePrefix the names of the threads, without their number
	 * @param threads the maximum number of threads, positive
	 * @return the pool
	 */
	public static SparingPool ofDaemons(String threadNamePrefix, int threads) {
		return new SparingPool(threads, threads, Duration.ofSeconds(60), new LinkedBlockingQueue<>(),
				new DaemonThreads(threadNamePrefix));
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
	 * Whether a task is queued or running.
	 * @return {@code false} once all that were submitted have ended
	 */
	public boolean isBusy() {
		synchronized (this.monitor) {
			return this.open > 0;
		}
	}

	/**
	 * Whether a task of this pool waits for the current call.
	 * @return whether such a task calls it, directly or through hooks that wait
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
	 * Exempts the calling task, if there is one, from an interrupt by another thread that
	 * stops this pool later.
	 */
	public void spareCaller() {
		this.running.stream().filter(CallChain::isOn).forEach(this.spared::add);
	}

	/**
	 * Adds a thread for queued tasks while the calling task waits.
	 */
	public void replaceCaller() {
		int own = countOwn();
		if (own > 0) {
			setMaximumPoolSize(getMaximumPoolSize() + own);
			setCorePoolSize(getCorePoolSize() + own);
		}
	}

	/**
	 * Waits until all submitted tasks have ended, except for the calling one.
	 * @param timeout how long to wait at most
	 * @return whether they ended in time
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
	 * Takes no more tasks, and waits until all submitted tasks have ended, except for the
	 * calling one. Those that don't end in time are dropped or interrupted.
	 * @param grace how long to wait, before and after the interrupt
	 * @throws InterruptedException if the current thread is interrupted
	 */
	public void close(Duration grace) throws InterruptedException {
		shutdown();
		if (!awaitOthers(grace)) {
			interruptOthers();
			awaitOthers(grace);
		}
	}

	/**
	 * Takes no more tasks, drops queued ones and interrupts running ones, except for the
	 * calling one.
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
	 * Drops queued tasks.
	 * @return how many were dropped
	 */
	public int dropQueued() {
		List<Runnable> dropped = new ArrayList<>();
		getQueue().drainTo(dropped);
		count(-dropped.size());
		return dropped.size();
	}

}
