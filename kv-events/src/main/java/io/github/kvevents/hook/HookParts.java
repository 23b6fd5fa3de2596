package io.github.kvevents.hook;

import java.time.Clock;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

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

	private final HookInvoker invoker;

	private final AsyncThreads threads;

	HookParts(HookEngineBuilder builder, HookInvoker invoker, AsyncThreads threads) {
		this.settings = builder.settings;
		this.clock = builder.clock;
		this.nanoTime = builder.nanoTime;
		this.dropListener = builder.dropListener;
		this.closeListener = builder.closeListener;
		this.changeLog = builder.changeLog;
		this.invoker = invoker;
		this.threads = threads;
	}

	/**
	 * Whether there is a change log for hooks that observe changes from every instance.
	 */
	boolean hasChangeLog() {
		return this.changeLog;
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
				if (!hook.gate().run(() -> HookParts.this.invoker.invokeQueued(hook, item))) {
					dropped(item);
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

}
