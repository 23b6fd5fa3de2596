package io.github.kvevents.support;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import org.jspecify.annotations.Nullable;

/**
 * A call that may take long, on a thread of its own. There is one at a time: callers that
 * come while it runs share its result. For our packages.
 *
 * @param <T> the type of the result
 */
public final class SharedCall<T> {

	private final Callable<T> call;

	private final String threadName;

	private @Nullable FutureTask<T> latest;

	/**
	 * Creates a call that is not started.
	 * @param call what to run
	 * @param threadName the name of its thread
	 */
	public SharedCall(Callable<T> call, String threadName) {
		this.call = call;
		this.threadName = threadName;
	}

	/**
	 * Starts the call unless it runs already.
	 * @return the result of the call that runs; not to be cancelled
	 */
	public synchronized Future<T> start() {
		FutureTask<T> running = this.latest;
		if (running == null || running.isDone()) {
			running = new FutureTask<>(this.call);
			DaemonThreads.single(running, this.threadName).start();
			// only now: without a thread it would never be done
			this.latest = running;
		}
		return running;
	}

}
