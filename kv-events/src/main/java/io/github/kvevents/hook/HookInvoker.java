package io.github.kvevents.hook;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;
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
	 * Captures what a hook takes from its caller's thread to another one.
	 */
	CallerContext captureCaller() {
		return this.observations.capture();
	}

	/**
	 * Calls the synchronous hooks of an event, in their order. A hook whose filter failed
	 * has an error instead.
	 * @param accepts whether a hook is to receive the event, asked right before its call
	 * @param caller what a hook takes to another thread, asked for only if it runs on one
	 */
	void invokeAll(KeyHooks hooks, KvEvent event, Predicate<HookRegistration> accepts, Supplier<CallerContext> caller) {
		reportFailedFilters(hooks, event, accepts);
		@Nullable Throwable failure = null;
		for (HookRegistration hook : hooks.sync()) {
			if (hook.gate().enter()) {
				try {
					if (accepts.test(hook)) {
						invoke(hook, event, caller);
					}
				}
				catch (RuntimeException | Error ex) {
					// the hooks behind it are called all the same
					failure = (failure != null) ? failure : ex;
				}
				finally {
					hook.gate().leave();
				}
			}
		}
		JvmFailures.rethrowFirst(failure);
	}

	/**
	 * Calls none of the hooks of an event, since it is too deep: each has an error.
	 */
	void refuseAll(KeyHooks hooks, KvEvent event, Predicate<HookRegistration> accepts, int depth) {
		reportFailedFilters(hooks, event, accepts);
		Stream.concat(hooks.sync().stream(), hooks.async().stream())
			.filter((hook) -> hook.accepts(event))
			.forEach((hook) -> this.errors.failed(hook, event,
					new KvHookRecursionException(hook.getId(), event.getKey(), depth)));
	}

	private void reportFailedFilters(KeyHooks hooks, KvEvent event, Predicate<HookRegistration> accepts) {
		hooks.failed().forEach((hook, failure) -> {
			if (accepts.test(hook)) {
				this.errors.failed(hook, event, failure);
			}
		});
	}

	/**
	 * Calls a synchronous hook in the current context. All that belongs to the call is in
	 * it, too: what observes it, and what handles its error.
	 */
	private void invoke(HookRegistration hook, KvEvent event, Supplier<CallerContext> caller) {
		try {
			Duration timeout = hook.getOptions().getTimeout();
			Semaphore share = hook.timedShare();
			if (timeout != null && share != null) {
				invokeTimed(hook, event, caller.get(), timeout, share);
			}
			else {
				invokeInline(hook, event);
			}
		}
		catch (Throwable ex) {
			// not the hook but what observes it
			JvmFailures.rethrow(ex);
			this.errors.failed(hook, event, ex);
		}
		finally {
			DeferredInterrupt.hold();
		}
	}

	private void invokeInline(HookRegistration hook, KvEvent event) {
		Observation observation = this.observations.start(hook, event, "sync", null);
		Throwable failure = call(hook, event, observation);
		DeferredInterrupt.hold();
		if (failure != null) {
			DeferredInterrupt.hold(failure);
		}
		ended(hook, event, observation, failure);
	}

	private void invokeTimed(HookRegistration hook, KvEvent event, CallerContext caller, Duration timeout,
			Semaphore share) {
		DispatchContext context = DispatchContext.current();
		CallChain chain = CallChain.current();
		Observation observation = this.observations.start(hook, event, "timed", null);
		try {
			Throwable failure = this.timed.run(hook.getId(), share, timeout,
					() -> callElsewhere(hook, event, context, chain, caller, observation));
			DeferredInterrupt.hold();
			ended(hook, event, observation, failure);
		}
		catch (TimeoutException ex) {
			DeferredInterrupt.hold();
			this.errors.timedOut(hook, event, ex);
			this.observations.stop(observation, "timeout", ex);
			hook.ended();
		}
	}

	/**
	 * Calls an asynchronous hook for an event from its queue, on a worker's thread.
	 */
	void invokeQueued(HookRegistration hook, QueuedEvent item) {
		DispatchContext.Scope scope = item.context().open();
		CallChain.Scope queued = CallChain.enter(item.event());
		try {
			invokeQueued(hook, item.event(), item.caller());
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			this.errors.failed(hook, item.event(), ex);
		}
		finally {
			queued.close();
			scope.close();
		}
	}

	private void invokeQueued(HookRegistration hook, KvEvent event, CallerContext caller) {
		DispatchContext.Scope carried = caller.open();
		try {
			Observation observation = this.observations.start(hook, event, "async", caller.observation());
			Throwable failure = call(hook, event, observation);
			// meant for the hook, not for what handles its error
			Thread.interrupted();
			ended(hook, event, observation, failure);
		}
		finally {
			carried.close();
		}
	}

	private void ended(HookRegistration hook, KvEvent event, Observation observation, @Nullable Throwable failure) {
		if (failure != null) {
			this.errors.failed(hook, event, failure);
		}
		this.observations.stop(observation, (failure != null) ? "failure" : "success", failure);
		hook.ended();
	}

	private static @Nullable Throwable callElsewhere(HookRegistration hook, KvEvent event, DispatchContext context,
			@Nullable CallChain chain, CallerContext caller, Observation observation) {
		DispatchContext.Scope carried = caller.open();
		DispatchContext.Scope scope = context.open();
		CallChain.Scope resumed = CallChain.resume(chain);
		try {
			return call(hook, event, observation);
		}
		finally {
			resumed.close();
			scope.close();
			carried.close();
		}
	}

	private static @Nullable Throwable call(HookRegistration hook, KvEvent event, Observation observation) {
		long begun = hook.stats().begin();
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
