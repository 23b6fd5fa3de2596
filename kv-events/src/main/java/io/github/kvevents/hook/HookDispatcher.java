package io.github.kvevents.hook;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.TaskBatch;
import io.github.kvevents.support.ThreadSlot;

/**
 * Runs operations and dispatches their events. The hooks of an operation are found before
 * it runs. If there are asynchronous hooks or taps among the receivers, room in the
 * queues of the hooks is reserved first, then the keys are locked while the operation
 * runs and its events are enqueued. Synchronous hooks and Spring listeners are called
 * last, without a lock.
 */
final class HookDispatcher implements KvEventDispatcher {

	private static final Log logger = LogFactory.getLog(HookDispatcher.class);

	/** The dispatch whose operation runs on a thread, of whichever dispatcher. */
	private static final ThreadSlot<Dispatch> RUNNING = new ThreadSlot<>();

	private final Receivers receivers;

	private final HookInvoker invoker;

	private final KeyLocks locks = new KeyLocks();

	private final Taps taps = new Taps(this.locks);

	HookDispatcher(HookRegistry registry, HookInvoker invoker, ListenerPublisher listeners) {
		this.receivers = new Receivers(registry, listeners, this.taps);
		this.invoker = invoker;
	}

	@Override
	public void dispatch(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		Assert.notNull(type, "'type' must not be null");
		Assert.notNull(keys, "'keys' must not be null");
		Assert.notNull(operation, "'operation' must not be null");
		if (keys.size() == 1) {
			dispatch(type, keys.iterator().next(), operation);
			return;
		}
		@Nullable Object[] here = ThreadSlot.here();
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open(here);
		try {
			run(new Dispatch(here, this.receivers, this.invoker, type, keys), operation);
		}
		finally {
			interrupts.close();
		}
	}

	@Override
	public void dispatch(KvEventType type, String key, Consumer<Consumer<KvEvent>> operation) {
		Assert.notNull(type, "'type' must not be null");
		Assert.notNull(key, "'key' must not be null");
		Assert.notNull(operation, "'operation' must not be null");
		run(type, key, operation, null);
	}

	@Override
	public CompletionStage<Void> deliver(KvEvent event) {
		return deliver(event, Set.of()).completion();
	}

	@Override
	public KvDelivery deliver(KvEvent event, Set<String> except) {
		Assert.notNull(event, "'event' must not be null");
		Assert.notNull(except, "'except' must not be null");
		Delivery delivery = new Delivery(except);
		try {
			run(event.getType(), event.getKey(), (events) -> events.accept(event), delivery);
		}
		catch (VirtualMachineError | ThreadDeath ex) {
			// every receiver was called, and nobody waits for this on a thread of ours
			logger.error("A hook failed for '" + KeyText.printable(event.getKey()) + "'", ex);
		}
		finally {
			delivery.done();
		}
		return delivery.result();
	}

	private void run(KvEventType type, String key, Consumer<Consumer<KvEvent>> operation, @Nullable Delivery delivery) {
		@Nullable Object[] here = ThreadSlot.here();
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open(here);
		try {
			run(new Dispatch(here, this.receivers, this.invoker, type, key, delivery), operation);
		}
		finally {
			interrupts.close();
		}
	}

	private void run(Dispatch dispatch, Consumer<Consumer<KvEvent>> operation) {
		try {
			if (dispatch.isQueued()) {
				runReserved(dispatch, operation);
			}
			else if (!runUntapped(dispatch, operation)) {
				runOrdered(dispatch, operation);
			}
		}
		finally {
			// also after a failure: the events that the operation passed on did happen
			dispatch.call();
		}
	}

	private void runReserved(Dispatch dispatch, Consumer<Consumer<KvEvent>> operation) {
		QueueReservations reservations = new QueueReservations();
		try {
			dispatch.reserve(reservations);
			runOrdered(dispatch, operation);
		}
		finally {
			reservations.release();
		}
	}

	/**
	 * Runs an operation whose events are not enqueued, unless a tap wants them.
	 * @return whether it ran
	 */
	private boolean runUntapped(Dispatch dispatch, Consumer<Consumer<KvEvent>> operation) {
		// counted before the taps are asked: a tap that is added later waits for it
		int ticket = this.taps.begin();
		try {
			if (!this.taps.isEmpty() && this.taps.want(dispatch.type(), dispatch.keys())) {
				return false;
			}
			apply(dispatch, operation);
			return true;
		}
		finally {
			this.taps.end(ticket);
			if (dispatch.hasAhead()) {
				this.locks.run(dispatch.keys(), dispatch::enqueueAhead);
			}
		}
	}

	/**
	 * Locks all keys of the operation, also those without a hook: a tap that is added
	 * while it runs receives the events of each key in order.
	 */
	private void runOrdered(Dispatch dispatch, Consumer<Consumer<KvEvent>> operation) {
		KeyLocks.Held held = dispatch.lock(this.locks);
		try {
			try {
				apply(dispatch, operation);
			}
			finally {
				dispatch.enqueue();
			}
		}
		finally {
			held.unlock();
		}
	}

	private static void apply(Dispatch dispatch, Consumer<Consumer<KvEvent>> operation) {
		@Nullable Object[] here = dispatch.here();
		Dispatch outer = RUNNING.replace(here, dispatch);
		try {
			operation.accept(dispatch);
		}
		finally {
			RUNNING.replace(here, outer);
		}
	}

	@Override
	public boolean deliverAhead(KvEvent event, Consumer<KvDelivery> done) {
		Dispatch dispatch = RUNNING.get();
		return dispatch != null && dispatch.isTo(this.receivers) && dispatch.addAhead(event, done);
	}

	/**
	 * Calls the hooks whose scope is {@link KvHookScope#EVERY_INSTANCE} for an event that
	 * was read from the change log. Events are read one after the other, so the order per
	 * key is that of the calls.
	 */
	void deliverToEveryInstance(KvEvent event) {
		DispatchContext context = DispatchContext.current();
		KeyHooks found = this.receivers.hooks().findEveryInstance(event, context);
		CallerContext caller = this.invoker.captureCaller();
		if (found.async()) {
			enqueueForEveryInstance(found.queued(), event, new QueuedEvent(event, caller, context.inAsyncHook(), null));
		}
		DispatchContext.Scope scope = context.inHook().open();
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		CallChain.Scope call = CallChain.enter(event);
		try {
			this.invoker.invokeAll(found, event, new EveryInstanceCall(caller));
		}
		finally {
			call.close();
			interrupts.close();
			// meant for a hook: the thread that reads the log continues
			Thread.interrupted();
			scope.close();
		}
	}

	private static void enqueueForEveryInstance(List<HookRegistration> hooks, KvEvent event, QueuedEvent item) {
		TaskBatch workers = TaskBatch.open(ThreadSlot.here(), hooks.size());
		try {
			for (HookRegistration hook : hooks) {
				HookQueue queue = hook.queue();
				if (queue != null && hook.accepts(event)) {
					queue.offerWaiting(item);
				}
			}
		}
		finally {
			TaskBatch.close(workers);
		}
	}

	@Override
	public boolean mayReceive(KvEventType type, String key) {
		return this.receivers.maySelect(type, key);
	}

	@Override
	public boolean mayTakeValue(KvEventType type, String key) {
		return this.receivers.mayTakeValue(type, key);
	}

	@Override
	public List<KvReceiver> receivers(KvEventType type) {
		return this.receivers.of(type);
	}

	@Override
	public void setReceiversListener(Runnable listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.receivers.setChangeListener(listener);
	}

	@Override
	public boolean hasReceivers(KvEventType type) {
		return this.receivers.exist(type);
	}

	@Override
	public Taps getTaps() {
		return this.taps;
	}

	private record EveryInstanceCall(CallerContext caller) implements HookInvoker.Call {

		@Override
		public boolean accepts(HookRegistration hook, KvEvent event) {
			return hook.accepts(event);
		}

	}

}
