package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.support.DaemonThreads;

/**
 * Reads of the store for those who ask an endpoint. Each is on a thread of its own, so
 * that a request ends within two seconds, however long a command may take and however
 * many of them a read consists of. A read that is late continues by itself until the
 * driver ends it, and there are only a few at a time. Used by many threads at once.
 */
final class StoreReads {

	static final Duration PATIENCE = Duration.ofSeconds(2);

	/** How many reads run at the same time. */
	static final int MOST = 4;

	private final Semaphore free = new Semaphore(MOST);

	/**
	 * When a request that begins now ends.
	 * @return a value of {@link System#nanoTime()}
	 */
	static long end() {
		return System.nanoTime() + PATIENCE.toNanos();
	}

	/**
	 * When a read that begins now ends, of a request that consists of many.
	 * @param last when the request ends
	 * @return a value of {@link System#nanoTime()}
	 */
	static long endBefore(long last) {
		return last - Math.max(0, last - end());
	}

	/**
	 * Waits for all that a request reads.
	 * @param <T> the type of the result
	 * @param read asks the store
	 * @return its result
	 * @throws QueryTimeoutException if it takes too long
	 */
	<T extends @Nullable Object> T read(Supplier<T> read) {
		return read(end(), read);
	}

	/**
	 * Waits for one of several reads of a request.
	 * @param <T> the type of the result
	 * @param end when the request ends
	 * @param read asks the store
	 * @return its result
	 * @throws QueryTimeoutException if it takes too long
	 */
	<T extends @Nullable Object> T read(long end, Supplier<T> read) {
		try {
			if (this.free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
				return start(read).get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
			}
			throw late(null);
		}
		catch (TimeoutException ex) {
			throw late(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new DataAccessResourceFailureException("Interrupted while the store was asked", ex);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException failure) {
				throw failure;
			}
			throw new IllegalStateException("The store could not be asked", ex.getCause());
		}
	}

	private <T extends @Nullable Object> Future<T> start(Supplier<T> read) {
		FutureTask<T> task = new FutureTask<>(() -> {
			try {
				return read.get();
			}
			finally {
				this.free.release();
			}
		});
		try {
			DaemonThreads.single(task, "kv-endpoint").start();
		}
		catch (Throwable ex) {
			// there are no more threads at present
			this.free.release();
			throw ex;
		}
		return task;
	}

	private static QueryTimeoutException late(@Nullable TimeoutException cause) {
		return new QueryTimeoutException("The store did not answer within " + PATIENCE.toMillis() + " ms", cause);
	}

}
