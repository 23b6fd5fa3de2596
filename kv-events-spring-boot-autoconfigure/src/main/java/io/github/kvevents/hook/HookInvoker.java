package io.github.kvevents.hook;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.support.JvmFailures;

/**
 * Calls one hook for one event: observed, counted, and whatever it throws is delivered as
 * an error.
 */
final class HookInvoker {

	private final HookObservations observations;

	private final HookErrorReporter errors;

	private final TimedHooks timed;

	HookInvoker(HookObservations observations, HookErrorReporter errors, TimedHooks timed) {
		this.observations = observations;
		this.errors = errors;
		this.timed = timed;
	}

	/**
	 * Calls a synchronous hook.
	 * @param context the context that the hook runs in
	 * @param caller what follows a hook to another thread, asked for only if it goes
	 * there
	 */
	void invoke(HookRegistration hook, KvEvent event, DispatchContext context, Supplier<CallerContext> caller) {
		try {
			Duration timeout = hook.getOptions().getTimeout();
			Semaphore share = hook.timedShare();
			if (timeout != null && share != null) {
				invokeTimed(hook, event, context, caller.get(), timeout, share);
			}
			else {
				invokeInline(hook, event, context);
			}
		}
		catch (Throwable ex) {
			// not the hook but what observes it
			JvmFailures.rethrow(ex);
			this.errors.failed(hook, event, ex);
		}
	}

	private void invokeInline(HookRegistration hook, KvEvent event, DispatchContext context) {
		Observation observation = this.observations.start(hook, event, "sync", null);
		Throwable failure = call(hook, event, context, observation);
		if (failure instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		ended(hook, event, observation, failure);
	}

	private void invokeTimed(HookRegistration hook, KvEvent event, DispatchContext context, CallerContext caller,
			Duration timeout, Semaphore share) {
		Observation observation = this.observations.start(hook, event, "timed", null);
		try {
			Throwable failure = this.timed.run(hook.getId(), share, timeout,
					() -> callElsewhere(hook, event, context, caller, observation));
			ended(hook, event, observation, failure);
		}
		catch (TimeoutException ex) {
			this.errors.timedOut(hook, event, ex);
			this.observations.stop(observation, "timeout", ex);
		}
	}

	/**
	 * Calls an asynchronous hook for an event from its queue, on a worker's thread.
	 */
	void invokeQueued(HookRegistration hook, QueuedEvent item) {
		KvEvent event = item.event();
		try {
			Observation observation = this.observations.start(hook, event, "async", item.caller().observation());
			Throwable failure = callElsewhere(hook, event, item.context(), item.caller(), observation);
			ended(hook, event, observation, failure);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			this.errors.failed(hook, event, ex);
		}
	}

	private void ended(HookRegistration hook, KvEvent event, Observation observation, @Nullable Throwable failure) {
		if (failure != null) {
			this.errors.failed(hook, event, failure);
		}
		this.observations.stop(observation, (failure != null) ? "failure" : "success", failure);
	}

	private static @Nullable Throwable callElsewhere(HookRegistration hook, KvEvent event, DispatchContext context,
			CallerContext caller, Observation observation) {
		DispatchContext.Scope scope = caller.open();
		try {
			return call(hook, event, context, observation);
		}
		finally {
			scope.close();
		}
	}

	private static @Nullable Throwable call(HookRegistration hook, KvEvent event, DispatchContext context,
			Observation observation) {
		long begun = hook.stats().begin();
		DispatchContext.Scope scope = context.open();
		Observation.Scope observed = observation.openScope();
		try {
			hook.callback().onEvent(event);
			return null;
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			return unwrapped(ex);
		}
		finally {
			observed.close();
			scope.close();
			hook.stats().end(begun);
		}
	}

	/**
	 * A proxy wraps checked exceptions that its interface doesn't declare.
	 */
	private static Throwable unwrapped(Throwable throwable) {
		Throwable cause = throwable.getCause();
		return (throwable instanceof UndeclaredThrowableException && cause != null) ? cause : throwable;
	}

}
