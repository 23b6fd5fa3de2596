package io.github.kvevents.hook;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Calls hooks that have a timeout, a bounded number at a time. A call counts until it
 * ended, also when its caller doesn't wait for it any more; one that is made by another,
 * which waits for it, counts as part of that.
 */
final class TimedHooks {

	private static final int IDLE_SECONDS = 5;

	private final TimedPermits permits;

	private final ThreadPoolExecutor pool;

	TimedHooks(HookSettings settings, ThreadFactory threadFactory) {
		this.permits = new TimedPermits(settings.maxTimedThreads());
		// the permits bound the threads; they are daemons and end when they are idle
		this.pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), threadFactory);
	}

	/**
	 * Changes whether idle threads stay for a while, which they do at first.
	 */
	void keepIdle(boolean keep) {
		this.pool.setKeepAliveTime(keep ? IDLE_SECONDS : 0, TimeUnit.SECONDS);
	}

	/**
	 * Calls a hook and waits for it until the timeout. An interrupt doesn't shorten that:
	 * the thread has its flag set afterwards.
	 * @param name the hook, for messages
	 * @param share how many calls of this hook may run
	 * @param timeout how long to wait for a thread and for the call together
	 * @param call calls the hook, returns what it threw
	 * @return what the call returned
	 * @throws TimeoutException if it didn't end in time: it was interrupted or, if there
	 * was no thread, not begun
	 */
	@Nullable Throwable run(String name, Semaphore share, Duration timeout, Callable<@Nullable Throwable> call)
			throws TimeoutException {
		Patience patience = new Patience(timeout);
		try {
			TimedPermits.Call permitted = this.permits.take(share, patience::acquire);
			if (permitted == null) {
				throw noThread(name, timeout);
			}
			return await(name, start(permitted, call), timeout, patience);
		}
		finally {
			patience.end();
		}
	}

	private FutureTask<@Nullable Throwable> start(TimedPermits.Call permitted, Callable<@Nullable Throwable> call) {
		FutureTask<@Nullable Throwable> task = new FutureTask<>(() -> {
			try {
				return call.call();
			}
			finally {
				permitted.returned();
			}
		});
		boolean started = false;
		try {
			this.pool.execute(() -> run(permitted, task));
			started = true;
		}
		finally {
			if (!started) {
				permitted.ended();
			}
		}
		return task;
	}

	private void run(TimedPermits.Call permitted, FutureTask<@Nullable Throwable> task) {
		this.permits.begin(permitted);
		try {
			task.run();
		}
		finally {
			this.permits.end();
			// an interrupt that came as the call ended must not reach the next one
			Thread.interrupted();
			permitted.ended();
		}
	}

	private static @Nullable Throwable await(String name, FutureTask<@Nullable Throwable> task, Duration timeout,
			Patience patience) throws TimeoutException {
		try {
			if (!patience.await(task) && task.cancel(true)) {
				throw new TimeoutException(
						"Hook '" + name + "' did not end within " + timeout + " and was interrupted");
			}
			return patience.result(task);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			return ex.getCause();
		}
	}

	private static TimeoutException noThread(String name, Duration timeout) {
		return new TimeoutException("Hook '" + name + "' was not called: no thread was free within " + timeout
				+ ", earlier calls still run");
	}

	/**
	 * Waits up to a deadline whatever interrupts come.
	 */
	private static final class Patience {

		private final long deadline;

		private boolean interrupted;

		Patience(Duration timeout) {
			this.deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
		}

		boolean acquire(Semaphore semaphore) {
			while (true) {
				try {
					return semaphore.tryAcquire(left(), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					this.interrupted = true;
				}
			}
		}

		boolean await(FutureTask<?> task) throws ExecutionException {
			while (true) {
				try {
					task.get(left(), TimeUnit.NANOSECONDS);
					return true;
				}
				catch (InterruptedException ex) {
					this.interrupted = true;
				}
				catch (TimeoutException ex) {
					return false;
				}
			}
		}

		/**
		 * The result of a task that is done.
		 */
		@Nullable Throwable result(FutureTask<@Nullable Throwable> task) throws ExecutionException {
			while (true) {
				try {
					return task.get();
				}
				catch (InterruptedException ex) {
					this.interrupted = true;
				}
			}
		}

		void end() {
			if (this.interrupted) {
				Thread.currentThread().interrupt();
			}
		}

		private long left() {
			return this.deadline - System.nanoTime();
		}

	}

}
