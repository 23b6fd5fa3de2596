package io.github.kvevents.hook;

import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.support.RetryingExecutor;

/**
 * Runs the workers of asynchronous hooks, and drains their queues when the application
 * stops.
 */
final class AsyncThreads implements Executor {

	private static final Log logger = LogFactory.getLog(AsyncThreads.class);

	private final HookSettings settings;

	private final Executor pool;

	private volatile boolean accepting = true;

	AsyncThreads(HookSettings settings, ThreadFactory threadFactory) {
		this.settings = settings;
		this.pool = new RetryingExecutor(HookThreads.pool(settings.maxAsyncThreads(), threadFactory));
	}

	@Override
	public void execute(Runnable worker) {
		this.pool.execute(worker);
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
	 * interrupted.
	 */
	void drain(Collection<HookRegistration> hooks) {
		this.accepting = false;
		hooks.forEach(AsyncThreads::wake);
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.settings.shutdownTimeout());
		boolean interrupted = false;
		for (HookRegistration hook : hooks) {
			HookQueue queue = hook.queue();
			if (queue == null) {
				continue;
			}
			try {
				if (interrupted || !queue.awaitIdle(deadline - System.nanoTime())) {
					abort(hook, queue);
				}
			}
			catch (InterruptedException ex) {
				interrupted = true;
				abort(hook, queue);
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

	private void abort(HookRegistration hook, HookQueue queue) {
		int dropped = queue.abort();
		logger.warn("Hook '" + hook.getId() + "' was not done within the shutdown timeout of "
				+ this.settings.shutdownTimeout() + ": " + dropped
				+ " queued events were dropped, and what still ran was interrupted");
	}

}
