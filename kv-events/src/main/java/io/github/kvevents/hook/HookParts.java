package io.github.kvevents.hook;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.hook.HookErrorReporter.BoundedErrors;
import io.github.kvevents.support.JvmFailures;

/**
 * Creates what each registered hook has for itself: statistics, errors, a queue, permits.
 */
final class HookParts {

	private static final Log logger = LogFactory.getLog(HookParts.class);

	private final HookSettings settings;

	private final Clock clock;

	private final LongSupplier nanoTime;

	private final Consumer<String> dropListener;

	private final Consumer<String> closeListener;

	private final boolean changeLog;

	private final boolean lastValues;

	private final HookInvoker invoker;

	private final AsyncThreads threads;

	HookParts(HookEngineBuilder builder, HookInvoker invoker, AsyncThreads threads) {
		this.settings = builder.settings;
		this.clock = builder.clock;
		this.nanoTime = builder.nanoTime;
		this.dropListener = builder.dropListener;
		this.closeListener = builder.closeListener;
		this.changeLog = builder.changeLog;
		this.lastValues = builder.lastValues;
		this.invoker = invoker;
		this.threads = threads;
	}

	/**
	 * Whether there is a change log for hooks that observe changes from every instance.
	 */
	boolean hasChangeLog() {
		return this.changeLog;
	}

	/**
	 * Whether expiries may have the last value of their key.
	 */
	boolean hasLastValues() {
		return this.lastValues;
	}

	HookStats newStats() {
		return new HookStats(this.clock, this.nanoTime);
	}

	BoundedErrors newErrors() {
		return new BoundedErrors(this.settings.errorsKept());
	}

	/**
	 * A quarter of the threads: it takes four hooks that hang to use them up.
	 */
	Semaphore newTimedShare() {
		return new Semaphore(Math.max(1, this.settings.maxTimedThreads() / 4));
	}

	HookQueue newQueue(HookRegistration hook) {
		return new HookQueue(this.settings, this.threads, this.threads::isAccepting, new HookQueue.Handler() {

			@Override
			public void run(QueuedEvent item) {
				if (!hook.gate().enter()) {
					dropped(item);
					return;
				}
				try {
					HookParts.this.invoker.invokeQueued(hook, item);
				}
				finally {
					hook.gate().leave();
				}
			}

			@Override
			public void dropped(QueuedEvent item) {
				hook.stats().dropped();
				if (hook.isClosed()) {
					item.withdraw(hook.receiver().id());
				}
				notifyDropped(hook.getId(), item.context());
				hook.ended();
			}

		});
	}

	void notifyClosed(String hookId) {
		try {
			this.closeListener.accept(hookId);
		}
		catch (RuntimeException ex) {
			logger.warn("The listener for closed hooks failed", ex);
		}
	}

	private void notifyDropped(String hookId, DispatchContext context) {
		DispatchContext.Scope scope = context.open();
		try {
			this.dropListener.accept(hookId);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			logger.warn("The listener for dropped events failed", ex);
		}
		finally {
			scope.close();
		}
	}

	/**
	 * Counts what one hook does. Each call is a {@link #begin()} and, when it really
	 * ended, an {@link #end(long)}. The counters are made with the first call: of many
	 * hooks that are registered, few may ever be called.
	 */
	static final class HookStats {

		private static final double NANOS_PER_MILLI = 1_000_000.0;

		private static final KvHookStats NONE = new KvHookStats(0, 0, 0, 0, 0, 0, 0, null, null);

		private final Clock clock;

		private final LongSupplier nanoTime;

		private volatile @Nullable Counters counters;

		HookStats(Clock clock, LongSupplier nanoTime) {
			this.clock = clock;
			this.nanoTime = nanoTime;
		}

		private Counters counters() {
			Counters counters = this.counters;
			return (counters != null) ? counters : makeCounters();
		}

		private synchronized Counters makeCounters() {
			Counters counters = this.counters;
			if (counters == null) {
				counters = new Counters();
				this.counters = counters;
			}
			return counters;
		}

		/**
		 * Counts the beginning of a call.
		 * @return what to pass when it ends
		 */
		long begin() {
			Counters counters = counters();
			counters.invocations.increment();
			long begun = this.nanoTime.getAsLong();
			if (begun - counters.lastInvokedNanos >= Counters.MILLI || counters.lastInvokedAt == Counters.NEVER) {
				counters.lastInvokedNanos = begun;
				counters.lastInvokedAt = this.clock.millis();
			}
			return begun;
		}

		void end(long begun) {
			counters().ended(this.nanoTime.getAsLong() - begun);
		}

		void failed(Throwable cause) {
			Counters.FAILURES.incrementAndGet(counters());
			counters().lastError = cause.getClass().getName();
		}

		void timedOut(Throwable cause) {
			Counters.TIMEOUTS.incrementAndGet(counters());
			counters().lastError = cause.getClass().getName();
		}

		void dropped() {
			Counters.DROPPED.incrementAndGet(counters());
		}

		KvHookStats snapshot() {
			Counters counters = this.counters;
			return (counters != null) ? counters.snapshot() : NONE;
		}

		private static final class Counters {

			private static final AtomicLongFieldUpdater<Counters> MAX_NANOS = counter("maxNanos");

			private static final AtomicLongFieldUpdater<Counters> FAILURES = counter("failures");

			private static final AtomicLongFieldUpdater<Counters> TIMEOUTS = counter("timeouts");

			private static final AtomicLongFieldUpdater<Counters> DROPPED = counter("dropped");

			private static final long NEVER = Long.MIN_VALUE;

			/**
			 * The clock is read once in that time at most: a call that begins in between
			 * is dated by the one before.
			 */
			private static final long MILLI = 1_000_000;

			private final LongAdder invocations = new LongAdder();

			private final LongAdder ended = new LongAdder();

			private final LongAdder totalNanos = new LongAdder();

			// what is seldom counted is counted without an object of its own

			private volatile long maxNanos;

			private volatile long failures;

			private volatile long timeouts;

			private volatile long dropped;

			private volatile long lastInvokedAt = NEVER;

			private volatile long lastInvokedNanos;

			private volatile @Nullable String lastError;

			private static AtomicLongFieldUpdater<Counters> counter(String field) {
				return AtomicLongFieldUpdater.newUpdater(Counters.class, field);
			}

			void ended(long nanos) {
				this.ended.increment();
				this.totalNanos.add(nanos);
				if (nanos > this.maxNanos) {
					MAX_NANOS.accumulateAndGet(this, nanos, Math::max);
				}
			}

			KvHookStats snapshot() {
				// ended first: a call that ends in between may not make the others
				// negative
				long endedNow = this.ended.sum();
				long invocationsNow = this.invocations.sum();
				long last = this.lastInvokedAt;
				double mean = (endedNow > 0) ? this.totalNanos.sum() / NANOS_PER_MILLI / endedNow : 0;
				return new KvHookStats(invocationsNow, this.failures, this.timeouts, this.dropped,
						invocationsNow - endedNow, mean, this.maxNanos / NANOS_PER_MILLI,
						(last != NEVER) ? Instant.ofEpochMilli(last) : null, this.lastError);
			}

		}

	}

}
