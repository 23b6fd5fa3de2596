package io.github.kvevents.hook;

import io.github.kvevents.KvEvent;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * Calls the hooks that hear of each change of the fleet, for events that are read from
 * the change log one after the other: the order per key is that of the calls.
 */
final class EveryInstanceHooks {

	private final HookRegistry registry;

	private final HookInvoker invoker;

	private final HookErrorReporter errors;

	private final HookObservations observations;

	EveryInstanceHooks(HookRegistry registry, HookInvoker invoker, HookErrorReporter errors,
			HookObservations observations) {
		this.registry = registry;
		this.invoker = invoker;
		this.errors = errors;
		this.observations = observations;
	}

	void deliver(KvEvent event) {
		DispatchContext context = DispatchContext.current();
		KeyHooks found = KeyHooks.find(this.registry.everyInstanceIndex(), event.getType(), event.getKey(), context);
		CallerContext caller = this.observations.capture();
		enqueue(event, found, caller, context.inAsyncHook());
		DispatchContext.Scope scope = context.inHook().open();
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		CallChain.Scope call = CallChain.enter(event);
		try {
			tell(event, found, caller);
		}
		finally {
			call.close();
			interrupts.close();
			// meant for a hook: the thread that reads the log reads on
			Thread.interrupted();
			scope.close();
		}
	}

	private void tell(KvEvent event, KeyHooks found, CallerContext caller) {
		found.failed().forEach((hook, failure) -> {
			if (hook.accepts(event)) {
				this.errors.failed(hook, event, failure);
			}
		});
		for (HookRegistration hook : found.sync()) {
			hook.gate().run(() -> call(hook, event, caller));
		}
	}

	private void call(HookRegistration hook, KvEvent event, CallerContext caller) {
		if (hook.accepts(event)) {
			this.invoker.invoke(hook, event, () -> caller);
		}
	}

	private static void enqueue(KvEvent event, KeyHooks found, CallerContext caller, DispatchContext context) {
		for (HookRegistration hook : found.async()) {
			HookQueue queue = hook.queue();
			if (queue == null || !hook.accepts(event)) {
				continue;
			}
			int reserved = queue.reserve(1);
			try {
				queue.offer(new QueuedEvent(event, caller, context, null));
			}
			finally {
				queue.release(reserved);
			}
		}
	}

}
