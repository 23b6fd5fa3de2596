package io.github.kvevents.hook;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Calls hooks that have a timeout, on a bounded number of threads. A thread counts as
 * used until the call really ended, also when nobody waits for it any more.
 */
final class TimedHooks {

	private final Semaphore threads;

	private final Executor pool;

	TimedHooks(HookSettings settings, ThreadFactory threadFactory) {
		this.threads = new Semaphore(settings.maxTimedThreads());
		this.pool = HookThreads.pool(settings.maxTimedThreads(), threadFactory);
	}

	/**
	 * Calls a hook and waits for it until the timeout. An interrupt doesn't shorten that:
	 * the thread has its flag set afterwards.
	 * @param name the hook, for messages
	 * @param share the threads that this hook may use
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
			FutureTask<@Nullable Throwable> task = start(name, share, timeout, call, patience);
			return await(name, task, timeout, patience);
		}
		finally {
			patience.end();
		}
	}

	private FutureTask<@Nullable Throwable> start(String name, Semaphore share, Duration timeout,
			Callable<@Nullable Throwable> call, Patience patience) throws TimeoutException {
		if (!patience.acquire(share)) {
			throw noThread(name, timeout);
		}
		if (!patience.acquire(this.threads)) {
			share.release();
			throw noThread(name, timeout);
		}
		FutureTask<@Nullable Throwable> task = new FutureTask<>(call);
		boolean started = false;
		try {
			this.pool.execute(() -> {
				try {
					task.run();
				}
				finally {
					// an interrupt that came as the call ended must not reach the next
					// one
					Thread.interrupted();
					this.threads.release();
					share.release();
				}
			});
			started = true;
		}
		finally {
			if (!started) {
				this.threads.release();
				share.release();
			}
		}
		return task;
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
