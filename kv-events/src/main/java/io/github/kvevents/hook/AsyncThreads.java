package io.github.kvevents.hook;

import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.ThreadSlot;
import io.github.kvevents.support.WorkerPool;

/**
 * Runs the workers of asynchronous hooks, and drains their queues when the application
 * stops.
 */
final class AsyncThreads implements Executor {

	private static final Log logger = LogFactory.getLog(AsyncThreads.class);

	private final HookSettings settings;

	/**
	 * The threads are daemons and end when they are idle, so that nothing has to be shut
	 * down, and hooks can run in an application that is started again.
	 */
	private final WorkerPool pool;

	private volatile boolean accepting = true;

	AsyncThreads(HookSettings settings, ThreadFactory threadFactory) {
		this.settings = settings;
		this.pool = new WorkerPool(settings.maxAsyncThreads(), threadFactory);
	}

	@Override
	public void execute(Runnable worker) {
		this.pool.execute(new HeldThread(worker));
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
		this.pool.keepIdle(true);
	}

	/**
	 * Takes no more events and waits for those that are queued, within the shutdown
	 * timeout. What is left then is dropped, counted and logged; what runs is
	 * interrupted. A hook that stops the application is neither waited for nor
	 * interrupted, and others handle meanwhile what is queued.
	 * @param registered the hooks, asked once no more events are taken: those of one that
	 * is registered at that moment are either waited for or not taken
	 */
	void drain(Supplier<? extends Collection<HookRegistration>> registered) {
		this.accepting = false;
		this.pool.keepIdle(false);
		Collection<HookRegistration> hooks = registered.get();
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
	private final class HeldThread implements Runnable, CallChain.Replaceable {

		private final Runnable worker;

		private boolean replaced;

		HeldThread(Runnable worker) {
			this.worker = worker;
		}

		@Override
		public void run() {
			@Nullable Object[] here = ThreadSlot.here();
			CallChain outer = CallChain.enter(here, this);
			try {
				this.worker.run();
			}
			finally {
				CallChain.leave(here, outer);
				release();
			}
		}

		@Override
		public void replace() {
			if (setReplaced()) {
				AsyncThreads.this.pool.resize(1);
			}
		}

		private synchronized boolean setReplaced() {
			boolean first = !this.replaced;
			this.replaced = true;
			return first;
		}

		private synchronized void release() {
			if (this.replaced) {
				AsyncThreads.this.pool.resize(-1);
			}
			// what is called from within after this has no thread to replace
			this.replaced = true;
		}

	}

}
