package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.Delivery.AheadEvents;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;

/**
 * The events of one operation and their receivers. Confined to the thread of the
 * operation.
 */
final class Dispatch {

	private final Receivers receivers;

	private final HookInvoker invoker;

	private final KvEventType type;

	private final Collection<String> keys;

	private final @Nullable Delivery delivery;

	private final DispatchContext context = DispatchContext.current();

	private final Map<String, KeyHooks> hooks;

	private final boolean queued;

	private final List<KvEvent> events = new ArrayList<>(1);

	private final AheadEvents ahead = new AheadEvents();

	private @Nullable CallerContext caller;

	/**
	 * Finds the hooks of an operation.
	 * @param delivery records the receivers of the events, {@code null} if nobody asks
	 */
	Dispatch(Receivers receivers, HookInvoker invoker, KvEventType type, Collection<String> keys,
			@Nullable Delivery delivery) {
		this.receivers = receivers;
		this.invoker = invoker;
		this.type = type;
		this.keys = keys;
		this.delivery = delivery;
		this.hooks = find(receivers.hooks(), type, keys, this.context);
		boolean async = false;
		for (KeyHooks found : this.hooks.values()) {
			async |= !found.async().isEmpty();
		}
		this.queued = async && !this.context.isTooDeep();
	}

	private static Map<String, KeyHooks> find(HookRegistry hooks, KvEventType type, Collection<String> keys,
			DispatchContext context) {
		if (keys.size() == 1) {
			String key = keys.iterator().next();
			return Collections.singletonMap(key, hooks.find(type, key, context));
		}
		Map<String, KeyHooks> found = new HashMap<>();
		keys.forEach((key) -> found.put(key, hooks.find(type, key, context)));
		return found;
	}

	boolean isTo(Receivers receivers) {
		return this.receivers.equals(receivers);
	}

	KvEventType type() {
		return this.type;
	}

	Collection<String> keys() {
		return this.keys;
	}

	/**
	 * Whether asynchronous hooks receive the events.
	 */
	boolean isQueued() {
		return this.queued;
	}

	/**
	 * Waits for room in the queues of the asynchronous hooks, unless the operation is
	 * part of one.
	 * @return the room, to be released when the events were enqueued
	 */
	HookQueue.Reservations reserve() {
		return reserve(this.hooks.values());
	}

	private HookQueue.Reservations reserve(Collection<KeyHooks> hooks) {
		HookQueue.Reservations reservations = new HookQueue.Reservations();
		if (!this.context.async()) {
			reservations.reserve(hooks);
		}
		return reservations;
	}

	/**
	 * Adds an event that the operation passed on.
	 */
	void add(KvEvent event) {
		this.events.add(event);
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

	boolean hasAhead() {
		return !this.ahead.isEmpty();
	}

	/**
	 * Enqueues all events for asynchronous hooks, and publishes them to the taps.
	 */
	void enqueue() {
		this.events.forEach(this::enqueue);
	}

	void enqueueAhead() {
		this.ahead.all().forEach(this::enqueue);
	}

	private void enqueue(KvEvent event) {
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		Taps taps = this.receivers.taps();
		if (delivery != null && taps.want(event.getType(), List.of(event.getKey()))) {
			delivery.reach(Delivery.WATCHES);
		}
		taps.publish(event);
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

	/**
	 * Calls the synchronous hooks and the Spring listeners of all events.
	 */
	void call() {
		try {
			if (hasAhead()) {
				// no room was reserved for these: waits now, so that they don't pile up
				reserve(this.ahead.all().stream().map(this::hooksOf).toList()).release();
			}
			@Nullable Throwable failure = null;
			for (KvEvent event : this.events) {
				try {
					call(event);
				}
				catch (RuntimeException | Error ex) {
					failure = (failure != null) ? failure : ex;
				}
			}
			JvmFailures.rethrowFirst(failure);
		}
		finally {
			this.ahead.endAll();
		}
	}

	private void call(KvEvent event) {
		// an interrupt of the caller must not make the first hook fail, either
		DeferredInterrupt.hold();
		KeyHooks found = hooksOf(event);
		DispatchContext.Scope scope = this.context.inHook().open();
		CallChain.Scope call = CallChain.enter(event);
		try {
			if (this.context.isTooDeep()) {
				this.invoker.refuseAll(found, event, (hook) -> accepts(hook, event), this.context.depth());
				this.receivers.listeners().refuse(event, this.context.depth());
			}
			else {
				callAndPublish(found, event);
			}
		}
		finally {
			call.close();
			scope.close();
			this.ahead.end(event);
		}
	}

	/**
	 * Publishes to the Spring listeners also where a hook failed with a failure of the
	 * JVM.
	 */
	private void callAndPublish(KeyHooks found, KvEvent event) {
		@Nullable Throwable failure = null;
		try {
			this.invoker.invokeAll(found, event, (hook) -> accepts(hook, event), this::caller);
		}
		catch (RuntimeException | Error ex) {
			failure = ex;
		}
		try {
			publish(event);
		}
		catch (RuntimeException | Error ex) {
			failure = (failure != null) ? failure : ex;
		}
		JvmFailures.rethrowFirst(failure);
	}

	private void publish(KvEvent event) {
		ListenerPublisher listeners = this.receivers.listeners();
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		if (delivery == null || delivery.reachAll(listeners.receivers(event.getType()))) {
			listeners.publish(event);
		}
	}

	/**
	 * Whether the hook is to receive the event now. One that is gone or disabled doesn't
	 * count as reached, one that fails does.
	 */
	private boolean accepts(HookRegistration hook, KvEvent event) {
		Delivery delivery = this.ahead.deliveryOf(event, this.delivery);
		return hook.accepts(event) && (delivery == null || delivery.reach(hook.receiver().id()));
	}

	/**
	 * The hooks that were found before the operation or, if its event turns out to be of
	 * another type or key, those that would have been.
	 */
	private KeyHooks hooksOf(KvEvent event) {
		KeyHooks found = (event.getType() == this.type) ? this.hooks.get(event.getKey()) : null;
		return (found != null) ? found : this.receivers.hooks().find(event.getType(), event.getKey(), this.context);
	}

	private CallerContext caller() {
		CallerContext captured = this.caller;
		if (captured == null) {
			captured = this.invoker.captureCaller();
			this.caller = captured;
		}
		return captured;
	}

}
