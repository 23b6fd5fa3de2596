package io.github.kvevents.hook;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.support.JvmFailures;

/**
 * Reports the failures of hooks: to the hook's own errors, then to the handler. Called in
 * the context of the hook, so that the handler is in it, too: what it writes is as deep
 * as what the hook writes, and doesn't wait for a queue that it may be needed to empty.
 */
final class HookErrorReporter {

	private static final Log logger = LogFactory.getLog(HookErrorReporter.class);

	private final Supplier<? extends @Nullable KvHookErrorHandler> source;

	private volatile @Nullable KvHookErrorHandler handler;

	private final KvHookErrorHandler logging = new LoggingErrorHandler();

	private final Clock clock;

	HookErrorReporter(Supplier<? extends @Nullable KvHookErrorHandler> source, Clock clock) {
		this.source = source;
		this.clock = clock;
	}

	void failed(HookRegistration hook, KvEvent event, Throwable cause) {
		hook.stats().failed(cause);
		deliver(hook, event, cause);
	}

	void timedOut(HookRegistration hook, KvEvent event, Throwable cause) {
		hook.stats().timedOut(cause);
		deliver(hook, event, cause);
	}

	void listenerFailed(KvEvent event, Throwable cause) {
		handle(new KvHookError(KvHookError.SPRING_LISTENERS, event, cause, this.clock.instant()));
	}

	private void deliver(HookRegistration hook, KvEvent event, Throwable cause) {
		KvHookError error = new KvHookError(hook.getId(), event, cause, this.clock.instant());
		hook.errors().add(error);
		handle(error);
	}

	private void handle(KvHookError error) {
		DispatchContext context = DispatchContext.current();
		if (!context.allowsErrorHandler()) {
			this.logging.onError(error);
			return;
		}
		DispatchContext.Scope scope = context.inErrorHandler().open();
		try {
			handler().onError(error);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			logger.warn("The KvHookErrorHandler failed with " + ex.getClass().getName() + " for an error of hook '"
					+ error.hookId() + "'");
			logger.debug("What the KvHookErrorHandler threw", ex);
		}
		finally {
			scope.close();
		}
	}

	private KvHookErrorHandler handler() {
		KvHookErrorHandler handler = this.handler;
		if (handler == null) {
			KvHookErrorHandler given = this.source.get();
			handler = (given != null) ? given : this.logging;
			this.handler = handler;
		}
		return handler;
	}

	/**
	 * Logs errors. The message of what a hook threw may hold a value of the user's, so
	 * the warning says only what was thrown and where; message and stack trace are for
	 * DEBUG.
	 */
	private static final class LoggingErrorHandler implements KvHookErrorHandler {

		private static final Log logger = LogFactory.getLog(KvHookErrorHandler.class);

		@Override
		public void onError(KvHookError error) {
			Throwable cause = error.cause();
			StackTraceElement[] trace = cause.getStackTrace();
			String place = (trace.length > 0) ? " at " + trace[0] : "";
			logger.warn("Hook '" + error.hookId() + "' failed for " + error.event() + ": " + cause.getClass().getName()
					+ place + " (its message, which may hold a value, is logged at DEBUG)");
			logger.debug("What hook '" + error.hookId() + "' threw", cause);
		}

	}

	/**
	 * Keeps the latest errors; the oldest makes room when there are too many. What keeps
	 * them is made when it is needed first: most hooks never fail.
	 */
	static final class BoundedErrors implements KvHookErrors {

		private final int capacity;

		private volatile @Nullable KeptErrors kept;

		BoundedErrors(int capacity) {
			this.capacity = capacity;
		}

		private KeptErrors kept() {
			KeptErrors kept = this.kept;
			return (kept != null) ? kept : makeKept();
		}

		private synchronized KeptErrors makeKept() {
			KeptErrors kept = this.kept;
			if (kept == null) {
				kept = new KeptErrors(this.capacity);
				this.kept = kept;
			}
			return kept;
		}

		void add(KvHookError error) {
			kept().add(error);
		}

		@Override
		public @Nullable KvHookError poll(Duration timeout) {
			Assert.notNull(timeout, "'timeout' must not be null");
			return kept().poll(TimeUnit.NANOSECONDS.convert(timeout));
		}

		@Override
		public List<KvHookError> drain() {
			KeptErrors kept = this.kept;
			return (kept != null) ? kept.drain() : new ArrayList<>();
		}

		@Override
		public long getDropped() {
			KeptErrors kept = this.kept;
			return (kept != null) ? kept.getDropped() : 0;
		}

	}

	private static final class KeptErrors {

		private final int capacity;

		private final ReentrantLock lock = new ReentrantLock();

		private final Condition notEmpty = this.lock.newCondition();

		private final Deque<KvHookError> errors = new ArrayDeque<>();

		private long dropped;

		KeptErrors(int capacity) {
			this.capacity = capacity;
		}

		void add(KvHookError error) {
			this.lock.lock();
			try {
				if (this.errors.size() == this.capacity) {
					this.errors.removeFirst();
					this.dropped++;
				}
				this.errors.addLast(error);
				this.notEmpty.signal();
			}
			finally {
				this.lock.unlock();
			}
		}

		@Nullable KvHookError poll(long nanos) {
			long left = nanos;
			this.lock.lock();
			try {
				while (this.errors.isEmpty() && left > 0) {
					left = this.notEmpty.awaitNanos(left);
				}
				return this.errors.pollFirst();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return this.errors.pollFirst();
			}
			finally {
				this.lock.unlock();
			}
		}

		List<KvHookError> drain() {
			this.lock.lock();
			try {
				List<KvHookError> drained = new ArrayList<>(this.errors);
				this.errors.clear();
				return drained;
			}
			finally {
				this.lock.unlock();
			}
		}

		long getDropped() {
			this.lock.lock();
			try {
				return this.dropped;
			}
			finally {
				this.lock.unlock();
			}
		}

	}

}
