package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvDelivery;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * One operation on its way: who is to hear of it is found before it runs. Where that
 * includes asynchronous hooks or taps, room in the hooks' queues is reserved first, then
 * the keys are locked while the operation runs and its events are enqueued. Synchronous
 * hooks and listeners come last, without a lock.
 */
final class Dispatch {

	private final HookDispatcher dispatcher;

	private final KvEventType type;

	private final @Nullable Delivery delivery;

	private final DispatchContext context = DispatchContext.current();

	private final Map<String, KeyHooks> hooks = new HashMap<>();

	private final List<KvEvent> events = new ArrayList<>(1);

	private final AheadEvents ahead = new AheadEvents();

	private @Nullable CallerContext caller;

	Dispatch(HookDispatcher dispatcher, KvEventType type, @Nullable Delivery delivery) {
		this.dispatcher = dispatcher;
		this.type = type;
		this.delivery = delivery;
	}

	void run(Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			runDeferring(keys, operation);
		}
		finally {
			interrupts.close();
		}
	}

	private void runDeferring(Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		MatchIndex<HookRegistration> index = this.dispatcher.registry().index();
		boolean async = false;
		for (String key : keys) {
			KeyHooks found = KeyHooks.find(index, this.type, key, this.context);
			this.hooks.put(key, found);
			async |= !found.async().isEmpty();
		}
		try {
			if (async && !this.context.isTooDeep()) {
				runReserved(keys, operation);
			}
			else if (!runUnheard(keys, operation)) {
				runOrdered(keys, operation);
			}
		}
		finally {
			// also after a failure: what was passed on did happen
			deliverAll();
		}
	}

	private void deliverAll() {
		try {
			awaitRoom();
			this.events.forEach(this::deliver);
		}
		finally {
			this.ahead.endAll();
		}
	}

	/**
	 * Nobody knew that there would be events ahead when room was reserved: it is waited
	 * for now, so that they don't pile up.
	 */
	private void awaitRoom() {
		if (!this.ahead.isEmpty() && !this.context.async()) {
			Reservations reservations = new Reservations();
			reservations.reserve(this.ahead.all().stream().map(this::hooksOf).toList());
			reservations.release();
		}
	}

	private void apply(Consumer<Consumer<KvEvent>> operation) {
		HookDispatcher.runAs(this, () -> operation.accept(this.events::add));
	}

	boolean isOf(HookDispatcher dispatcher) {
		return this.dispatcher == dispatcher;
	}

	/**
	 * Adds an event ahead of those that the operation passes on from now on.
	 * @return whether it will be dispatched
	 */
	boolean addAhead(KvEvent event, Consumer<KvDelivery> done) {
		if (this.context.isTooDeep() || !this.hooks.containsKey(event.getKey())) {
			return false;
		}
		this.ahead.add(event, done);
		this.events.add(event);
		return true;
	}

	private boolean runUnheard(Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		try {
			return this.dispatcher.getTaps().runUnheard(this.type, keys, () -> apply(operation));
		}
		finally {
			if (!this.ahead.isEmpty()) {
				this.dispatcher.locks().run(keys, () -> this.ahead.all().forEach(this::enqueue));
			}
		}
	}

	private void runReserved(Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		Reservations reservations = new Reservations();
		try {
			if (!this.context.async()) {
				reservations.reserve(this.hooks.values());
			}
			runOrdered(keys, operation);
		}
		finally {
			reservations.release();
		}
	}

	/**
	 * Holds all keys of the operation, also those without a hook: a tap that comes while
	 * it runs hears of each of them in order.
	 */
	private void runOrdered(Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		this.dispatcher.locks().run(keys, () -> {
			try {
				apply(operation);
			}
			finally {
				this.events.forEach(this::enqueue);
			}
		});
	}

	private void enqueue(KvEvent event) {
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		if (delivery != null && this.dispatcher.getTaps().isHeard(event)) {
			delivery.reach(Delivery.WATCHES);
		}
		this.dispatcher.getTaps().tell(event);
		if (this.context.isTooDeep()) {
			return;
		}
		for (HookRegistration hook : hooksOf(event).async()) {
			HookQueue queue = hook.queue();
			if (queue != null && accepts(hook, event)) {
				if (delivery != null) {
					delivery.queue(hook.receiver().id());
				}
				queue.offer(new QueuedEvent(event, caller(), this.context.inAsyncHook(), delivery));
			}
		}
	}

	private void deliver(KvEvent event) {
		try {
			tell(event);
		}
		finally {
			this.ahead.end(event);
		}
	}

	private void tell(KvEvent event) {
		// an interrupt of the caller must not make the first hook fail, either
		DeferredInterrupt.hold();
		KeyHooks found = hooksOf(event);
		DispatchContext.Scope scope = this.context.inHook().open();
		CallChain.Scope call = CallChain.enter(event);
		try {
			tell(event, found);
		}
		finally {
			call.close();
			scope.close();
		}
	}

	private void tell(KvEvent event, KeyHooks found) {
		found.failed().forEach((hook, failure) -> {
			if (accepts(hook, event)) {
				this.dispatcher.errors().failed(hook, event, failure);
			}
		});
		if (this.context.isTooDeep()) {
			refuse(event, found);
			return;
		}
		for (HookRegistration hook : found.sync()) {
			hook.gate().run(() -> call(hook, event));
		}
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		if (delivery == null || delivery.reachAll(this.dispatcher.listeners().receivers(event.getType()))) {
			this.dispatcher.listeners().publish(event);
		}
	}

	private void call(HookRegistration hook, KvEvent event) {
		if (accepts(hook, event)) {
			this.dispatcher.invoker().invoke(hook, event, this::caller);
		}
	}

	/**
	 * Whether the hook is to get the event now. One that is gone or disabled doesn't
	 * count as reached, one that fails does.
	 */
	private boolean accepts(HookRegistration hook, KvEvent event) {
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		return hook.accepts(event) && (delivery == null || delivery.reach(hook.receiver().id()));
	}

	private void refuse(KvEvent event, KeyHooks found) {
		refuse(event, found.sync());
		refuse(event, found.async());
		this.dispatcher.listeners().refuse(event, this.context.depth());
	}

	private void refuse(KvEvent event, List<HookRegistration> refused) {
		for (HookRegistration hook : refused) {
			if (hook.accepts(event)) {
				this.dispatcher.errors()
					.failed(hook, event,
							new KvHookRecursionException(hook.getId(), event.getKey(), this.context.depth()));
			}
		}
	}

	/**
	 * The hooks that were found before the operation or, if its event turns out to be of
	 * another type or key, those that would have been.
	 */
	private KeyHooks hooksOf(KvEvent event) {
		KeyHooks found = (event.getType() == this.type) ? this.hooks.get(event.getKey()) : null;
		return (found != null) ? found
				: KeyHooks.find(this.dispatcher.registry().index(), event.getType(), event.getKey(), this.context);
	}

	private CallerContext caller() {
		CallerContext captured = this.caller;
		if (captured == null) {
			captured = this.dispatcher.observations().capture();
			this.caller = captured;
		}
		return captured;
	}

}
