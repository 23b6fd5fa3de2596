package io.github.kvevents.hook;

import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.RetryingExecutor;

/**
 * Runs the workers of asynchronous hooks, and drains their queues when the application
 * stops.
 */
final class AsyncThreads implements Executor {

	private static final Log logger = LogFactory.getLog(AsyncThreads.class);

	private static final int IDLE_SECONDS = 5;

	private final HookSettings settings;

	private final ThreadPoolExecutor pool;

	private final Executor starter;

	private volatile boolean accepting = true;

	AsyncThreads(HookSettings settings, ThreadFactory threadFactory) {
		this.settings = settings;
		this.pool = pool(settings.maxAsyncThreads(), threadFactory);
		this.starter = new RetryingExecutor(this.pool);
	}

	/**
	 * The threads are daemons and end when they are idle, so that nothing has to be shut
	 * down, and hooks can run in an application that is started again.
	 */
	private static ThreadPoolExecutor pool(int threads, ThreadFactory threadFactory) {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threadFactory);
		pool.allowCoreThreadTimeOut(true);
		return pool;
	}

	@Override
	public void execute(Runnable worker) {
		this.starter.execute(() -> run(worker));
	}

	private void run(Runnable worker) {
		HeldThread thread = new HeldThread();
		CallChain.Scope call = CallChain.enter(thread);
		try {
			worker.run();
		}
		finally {
			call.close();
			thread.release();
		}
	}

	/**
	 * Whether events for asynchronous hooks are taken, or dropped since the application
	 * stops.
	 */
	boolean isAccepting() {
		return this.accepting;
	}

	void start() {
		this.accepting = true;
	}

	/**
	 * Takes no more events and waits for those that are queued, within the shutdown
	 * timeout. What is left then is dropped, counted and logged; what runs is
	 * interrupted. A hook that stops the application is neither waited for nor
	 * interrupted, and others handle meanwhile what is queued.
	 */
	void drain(Collection<HookRegistration> hooks) {
		this.accepting = false;
		hooks.forEach(AsyncThreads::wake);
		CallChain.replaceCaller();
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.settings.shutdownTimeout());
		boolean interrupted = false;
		for (HookRegistration hook : hooks) {
			HookQueue queue = hook.queue();
			if (queue == null) {
				continue;
			}
			boolean idle = false;
			try {
				idle = queue.awaitIdle(interrupted ? 0 : deadline - System.nanoTime());
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
			if (!idle) {
				abort(hook, queue, interrupted);
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private static void wake(HookRegistration hook) {
		HookQueue queue = hook.queue();
		if (queue != null) {
			queue.wake();
		}
	}

	private void abort(HookRegistration hook, HookQueue queue, boolean interrupted) {
		int dropped = queue.abort();
		if (queue.isCalledFromWithin()) {
			logger.warn("Hook '" + hook.getId() + "' stops the application while it handles an event: " + dropped
					+ " queued events, which would come behind that one, were dropped");
			return;
		}
		String reason = interrupted ? "when the shutdown was interrupted"
				: "within the shutdown timeout of " + this.settings.shutdownTimeout();
		logger.warn("Hook '" + hook.getId() + "' was not done " + reason + ": " + dropped
				+ " queued events were dropped, and what still ran was interrupted");
	}

	/**
	 * A thread of the pool that runs a worker.
	 */
	private final class HeldThread implements CallChain.Replaceable {

		private boolean replaced;

		@Override
		public void replace() {
			ThreadPoolExecutor pool = AsyncThreads.this.pool;
			synchronized (pool) {
				if (!this.replaced) {
					this.replaced = true;
					pool.setMaximumPoolSize(pool.getMaximumPoolSize() + 1);
					pool.setCorePoolSize(pool.getCorePoolSize() + 1);
				}
			}
		}

		void release() {
			ThreadPoolExecutor pool = AsyncThreads.this.pool;
			synchronized (pool) {
				if (this.replaced) {
					pool.setCorePoolSize(pool.getCorePoolSize() - 1);
					pool.setMaximumPoolSize(pool.getMaximumPoolSize() - 1);
				}
			}
		}

	}

}
