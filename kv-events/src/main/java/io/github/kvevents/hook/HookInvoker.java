package io.github.kvevents.hook;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;

import io.micrometer.observation.Observation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;
import io.github.kvevents.support.ThreadSlot;

/**
 * Calls one hook for one event: observed, counted, and whatever it throws is delivered as
 * an error.
 */
final class HookInvoker {

	private static final Log logger = LogFactory.getLog(HookInvoker.class);

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
	 */
	void invokeAll(KeyHooks hooks, KvEvent event, Call call) {
		reportFailedFilters(hooks, event, call);
		@Nullable Throwable failure = null;
		List<HookRegistration> called = hooks.hooks();
		for (int index = 0; index < called.size(); index++) {
			HookRegistration hook = called.get(index);
			if (hook.queue() == null && hook.gate().enter()) {
				try {
					if (call.accepts(hook, event)) {
						invoke(hook, event, call);
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
	void refuseAll(KeyHooks hooks, KvEvent event, Call call, int depth) {
		reportFailedFilters(hooks, event, call);
		hooks.hooks()
			.stream()
			.filter((hook) -> hook.accepts(event))
			// those that the caller waits for come first
			.sorted(Comparator.comparing((hook) -> hook.queue() != null))
			.forEach((hook) -> this.errors.failed(hook, event,
					new KvHookRecursionException(hook.getId(), event.getKey(), depth)));
	}

	private void reportFailedFilters(KeyHooks hooks, KvEvent event, Call call) {
		if (!hooks.failed().isEmpty()) {
			hooks.failed().forEach((hook, failure) -> {
				if (call.accepts(hook, event)) {
					this.errors.failed(hook, event, failure);
				}
			});
		}
	}

	/**
	 * Calls a synchronous hook in the current context. All that belongs to the call is in
	 * it, too: what observes it, and what handles its error.
	 */
	private void invoke(HookRegistration hook, KvEvent event, Call call) {
		try {
			Semaphore share = hook.timedShare();
			Duration timeout = (share != null) ? hook.getOptions().getTimeout() : null;
			if (timeout != null && share != null) {
				invokeTimed(hook, event, call.caller(), timeout, share);
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
		Throwable failure = observed(hook, event, observation);
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
		Throwable failure;
		try {
			failure = this.timed.run(hook.getId(), share, timeout,
					() -> callElsewhere(hook, event, context, chain, caller, observation));
		}
		catch (TimeoutException ex) {
			DeferredInterrupt.hold();
			this.errors.timedOut(hook, event, ex);
			this.observations.stop(observation, "timeout", ex);
			hook.ended();
			return;
		}
		catch (RuntimeException | Error ex) {
			thrownOn(hook, observation, ex);
			throw ex;
		}
		DeferredInterrupt.hold();
		ended(hook, event, observation, failure);
	}

	/**
	 * Calls an asynchronous hook for an event from its queue, on a worker's thread.
	 */
	void invokeQueued(HookRegistration hook, QueuedEvent item) {
		@Nullable Object[] here = ThreadSlot.here();
		DispatchContext before = item.context().open(here);
		CallChain outer = CallChain.enter(here, item.event());
		try {
			invokeQueued(hook, item.event(), item.caller());
		}
		catch (Throwable ex) {
			if (JvmFailures.isOne(ex)) {
				// there is no caller who would get it
				logger.error("A hook failed for '" + KeyText.printable(item.event().getKey()) + "'", ex);
			}
			else {
				this.errors.failed(hook, item.event(), ex);
			}
		}
		finally {
			CallChain.leave(here, outer);
			DispatchContext.restore(here, before);
		}
	}

	private void invokeQueued(HookRegistration hook, KvEvent event, CallerContext caller) {
		DispatchContext.Scope carried = caller.open();
		try {
			Observation observation = this.observations.start(hook, event, "async", caller.observation());
			Throwable failure = observed(hook, event, observation);
			// meant for the hook, not for what handles its error
			Thread.interrupted();
			ended(hook, event, observation, failure);
		}
		finally {
			carried.close();
		}
	}

	private @Nullable Throwable observed(HookRegistration hook, KvEvent event, Observation observation) {
		try {
			return call(hook, event, observation);
		}
		catch (Throwable ex) {
			thrownOn(hook, observation, ex);
			throw ex;
		}
	}

	/**
	 * The call ended with a failure of the JVM, which is no error of the hook but counts
	 * as its failure, or could not be made.
	 */
	private void thrownOn(HookRegistration hook, Observation observation, Throwable failure) {
		if (JvmFailures.isOne(failure)) {
			hook.stats().failed(failure);
		}
		this.observations.stop(observation, "failure", failure);
		hook.ended();
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

	/**
	 * What the call of the hooks of an event needs to know of the operation.
	 */
	interface Call {

		/**
		 * Whether a hook is to receive the event, asked right before its call.
		 */
		boolean accepts(HookRegistration hook, KvEvent event);

		/**
		 * What a hook takes to another thread, asked for only if it runs on one.
		 */
		CallerContext caller();

	}

}
