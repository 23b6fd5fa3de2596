package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
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
import io.github.kvevents.support.TaskBatch;

/**
 * The events of one operation and their receivers. Confined to the thread of the
 * operation.
 */
final class Dispatch implements Consumer<KvEvent>, HookInvoker.Call {

	private final @Nullable Object[] here;

	private final Receivers receivers;

	private final HookInvoker invoker;

	private final KvEventType type;

	private final @Nullable Delivery delivery;

	private final DispatchContext context;

	/** The key of an operation on one, with its hooks: the usual case needs no map. */
	private final @Nullable String key;

	private final KeyHooks keyHooks;

	/** Those of an operation on several keys. */
	private final Collection<String> keys;

	private final Map<String, KeyHooks> hooks;

	private final boolean queued;

	/** The events that were passed on, in a list if there are several. */
	private @Nullable KvEvent event;

	private List<KvEvent> events = List.of();

	private @Nullable AheadEvents ahead;

	/** The room in the queues of asynchronous hooks, {@code null} without any. */
	private @Nullable QueueReservations reservations;

	private @Nullable CallerContext caller;

	/**
	 * Finds the hooks of an operation on one key.
	 * @param here the slots of the current thread
	 * @param delivery records the receivers of the events, {@code null} if nobody asks
	 */
	Dispatch(@Nullable Object[] here, Receivers receivers, HookInvoker invoker, KvEventType type, String key,
			@Nullable Delivery delivery) {
		this.here = here;
		this.context = DispatchContext.current(here);
		this.receivers = receivers;
		this.invoker = invoker;
		this.type = type;
		this.delivery = delivery;
		this.key = key;
		this.keyHooks = receivers.hooks().find(type, key, this.context);
		this.keys = List.of();
		this.hooks = Map.of();
		this.queued = this.keyHooks.async() && !this.context.isTooDeep();
	}

	/**
	 * Finds the hooks of an operation on several keys.
	 * @param here the slots of the current thread
	 */
	Dispatch(@Nullable Object[] here, Receivers receivers, HookInvoker invoker, KvEventType type,
			Collection<String> keys) {
		this.here = here;
		this.context = DispatchContext.current(here);
		this.receivers = receivers;
		this.invoker = invoker;
		this.type = type;
		this.delivery = null;
		this.key = null;
		this.keyHooks = KeyHooks.NONE;
		this.keys = keys;
		this.hooks = new HashMap<>(2 * keys.size());
		boolean async = false;
		for (String each : keys) {
			KeyHooks found = receivers.hooks().find(type, each, this.context);
			this.hooks.put(each, found);
			async |= found.async();
		}
		this.queued = async && !this.context.isTooDeep();
	}

	private @Nullable KeyHooks foundFor(String key) {
		if (this.key != null) {
			return this.key.equals(key) ? this.keyHooks : null;
		}
		return this.hooks.get(key);
	}

	/**
	 * The slots of the thread of the operation.
	 */
	@Nullable Object[] here() {
		return this.here;
	}

	boolean isTo(Receivers receivers) {
		return this.receivers.equals(receivers);
	}

	KvEventType type() {
		return this.type;
	}

	Collection<String> keys() {
		return (this.key != null) ? List.of(this.key) : this.keys;
	}

	/**
	 * Locks all keys of the operation.
	 */
	KeyLocks.Held lock(KeyLocks locks) {
		return (this.key != null) ? locks.lock(this.key) : locks.lock(this.keys);
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
	 * @param reservations where the room is to be noted, to be released when the events
	 * were enqueued, and also where this fails
	 */
	void reserve(QueueReservations reservations) {
		this.reservations = reservations;
		if (this.key != null && !this.context.async()) {
			reservations.reserve(this.keyHooks);
		}
		else if (!this.context.async()) {
			reservations.reserve(this.hooks.values());
		}
	}

	/**
	 * Waits for room for the events ahead: none was reserved for these, and they must not
	 * pile up.
	 */
	private void awaitRoom(AheadEvents ahead) {
		if (!this.context.async()) {
			QueueReservations reservations = new QueueReservations();
			try {
				reservations.reserve(ahead.all().stream().map(this::hooksOf).toList());
			}
			finally {
				reservations.release();
			}
		}
	}

	/**
	 * Adds an event that the operation passed on.
	 */
	@Override
	public void accept(KvEvent event) {
		KvEvent first = this.event;
		if (first == null) {
			this.event = event;
			return;
		}
		if (this.events.isEmpty()) {
			this.events = new ArrayList<>(Math.max(2, this.keys.size()));
			this.events.add(first);
		}
		this.events.add(event);
	}

	/**
	 * Adds an event ahead of those that the operation passes on from now on.
	 * @return whether it will be dispatched
	 */
	boolean addAhead(KvEvent event, Consumer<KvDelivery> done) {
		if (this.context.isTooDeep() || foundFor(event.getKey()) == null) {
			return false;
		}
		this.ahead = (this.ahead != null) ? this.ahead : new AheadEvents();
		this.ahead.add(event, done);
		accept(event);
		return true;
	}

	boolean hasAhead() {
		return this.ahead != null;
	}

	/**
	 * Enqueues all events for asynchronous hooks, and publishes them to the taps.
	 */
	void enqueue() {
		if (!this.events.isEmpty()) {
			this.events.forEach(this::enqueue);
		}
		else if (this.event != null) {
			enqueue(this.event);
		}
	}

	void enqueueAhead() {
		if (this.ahead != null) {
			this.ahead.all().forEach(this::enqueue);
		}
	}

	private void enqueue(KvEvent event) {
		Delivery delivery = deliveryOf(event);
		Taps taps = this.receivers.taps();
		if (delivery != null && taps.want(event.getType(), List.of(event.getKey()))) {
			delivery.reach(Delivery.WATCHES);
		}
		taps.publish(event);
		if (this.context.isTooDeep()) {
			return;
		}
		KeyHooks found = hooksOf(event);
		if (found.async()) {
			// each of the queues may need a worker
			TaskBatch workers = TaskBatch.open(this.here, found.queued().size());
			try {
				enqueue(event, found.hooks(), delivery);
			}
			finally {
				TaskBatch.close(workers);
			}
		}
	}

	private void enqueue(KvEvent event, List<HookRegistration> hooks, @Nullable Delivery delivery) {
		QueuedEvent item = null;
		for (int index = 0; index < hooks.size(); index++) {
			HookRegistration hook = hooks.get(index);
			HookQueue queue = hook.queue();
			if (queue != null && accepts(hook, event)) {
				if (delivery != null) {
					delivery.queue(hook.receiver().id());
					delivery.pending();
				}
				item = (item != null) ? item : new QueuedEvent(event, caller(), this.context.inAsyncHook(), delivery);
				QueueReservations reserved = this.reservations;
				queue.offer(item, reserved != null && reserved.use(queue));
			}
		}
	}

	/**
	 * Calls the synchronous hooks and the Spring listeners of all events.
	 */
	void call() {
		AheadEvents ahead = this.ahead;
		if (ahead == null) {
			callAll();
			return;
		}
		try {
			awaitRoom(ahead);
			callAll();
		}
		finally {
			ahead.endAll();
		}
	}

	private void callAll() {
		if (this.events.isEmpty()) {
			if (this.event != null) {
				call(this.event);
			}
			return;
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

	private void call(KvEvent event) {
		// an interrupt of the caller must not make the first hook fail, either
		DeferredInterrupt.hold();
		KeyHooks found = hooksOf(event);
		DispatchContext before = this.context.inHook().open(this.here);
		CallChain outer = CallChain.enter(this.here, event);
		try {
			if (this.context.isTooDeep()) {
				this.invoker.refuseAll(found, event, this, this.context.depth());
				this.receivers.listeners().refuse(event, this.context.depth());
			}
			else {
				callAndPublish(found, event);
			}
		}
		finally {
			CallChain.leave(this.here, outer);
			DispatchContext.restore(this.here, before);
			if (this.ahead != null) {
				this.ahead.end(event);
			}
		}
	}

	/**
	 * Publishes to the Spring listeners also where a hook failed with a failure of the
	 * JVM.
	 */
	private void callAndPublish(KeyHooks found, KvEvent event) {
		@Nullable Throwable failure = null;
		try {
			this.invoker.invokeAll(found, event, this);
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
		Delivery delivery = deliveryOf(event);
		if (delivery == null || delivery.reachAll(listeners.receivers(event.getType()))) {
			listeners.publish(event);
		}
	}

	/**
	 * Whether the hook is to receive the event now. One that is gone or disabled doesn't
	 * count as reached, one that fails does.
	 */
	@Override
	public boolean accepts(HookRegistration hook, KvEvent event) {
		Delivery delivery = deliveryOf(event);
		return hook.accepts(event) && (delivery == null || delivery.reach(hook.receiver().id()));
	}

	/**
	 * The hooks that were found before the operation or, if its event turns out to be of
	 * another type or key, those that would have been.
	 */
	private KeyHooks hooksOf(KvEvent event) {
		KeyHooks found = (event.getType() == this.type) ? foundFor(event.getKey()) : null;
		return (found != null) ? found : this.receivers.hooks().find(event.getType(), event.getKey(), this.context);
	}

	private @Nullable Delivery deliveryOf(KvEvent event) {
		return (this.ahead != null) ? this.ahead.deliveryOf(event, this.delivery) : this.delivery;
	}

	@Override
	public CallerContext caller() {
		CallerContext captured = this.caller;
		if (captured == null) {
			captured = this.invoker.captureCaller();
			this.caller = captured;
		}
		return captured;
	}

}
