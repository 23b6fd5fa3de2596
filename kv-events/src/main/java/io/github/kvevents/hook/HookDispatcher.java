package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvDelivery;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;

/**
 * Starts a {@link Dispatch} for each operation.
 */
final class HookDispatcher implements KvEventDispatcher {

	/** The operation that runs on a thread, of whichever dispatcher. */
	private static final ThreadLocal<Dispatch> RUNNING = new ThreadLocal<>();

	private final HookRegistry registry;

	private final HookInvoker invoker;

	private final HookErrorReporter errors;

	private final HookObservations observations;

	private final ListenerPublisher listeners;

	private final KeyLocks locks = new KeyLocks();

	private final Taps taps = new Taps(this.locks);

	HookDispatcher(HookRegistry registry, HookInvoker invoker, HookErrorReporter errors, HookObservations observations,
			ListenerPublisher listeners) {
		this.registry = registry;
		this.invoker = invoker;
		this.errors = errors;
		this.observations = observations;
		this.listeners = listeners;
	}

	@Override
	public void dispatch(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		Assert.notNull(type, "'type' must not be null");
		Assert.notNull(keys, "'keys' must not be null");
		Assert.notNull(operation, "'operation' must not be null");
		run(type, keys, operation, null);
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
			run(event.getType(), List.of(event.getKey()), (events) -> events.accept(event), delivery);
		}
		finally {
			delivery.completion().done();
		}
		return delivery.result();
	}

	@Override
	public boolean deliverAhead(KvEvent event, Consumer<KvDelivery> done) {
		Dispatch running = RUNNING.get();
		return running != null && running.isOf(this) && running.addAhead(event, done);
	}

	@Override
	public List<KvReceiver> receivers(KvEventType type) {
		List<KvReceiver> receivers = new ArrayList<>(this.registry.receivers(type));
		receivers.addAll(this.listeners.receivers(type));
		if (!this.taps.isEmpty()) {
			receivers.add(KvReceiver.observer(Delivery.WATCHES));
		}
		return receivers;
	}

	@Override
	public void setReceiversListener(Runnable listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.registry.setChangeListener(listener);
		this.taps.setChangeListener(listener);
	}

	@Override
	public boolean isHeard(KvEventType type) {
		return this.registry.index().isHeard(type) || this.listeners.isHeard(type) || !this.taps.isEmpty();
	}

	@Override
	public Taps getTaps() {
		return this.taps;
	}

	private void run(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation,
			@Nullable Delivery delivery) {
		new Dispatch(this, type, delivery).run(keys, operation);
	}

	/**
	 * Runs an operation as that of a dispatch, which takes events ahead of its own
	 * meanwhile.
	 */
	static void runAs(Dispatch dispatch, Runnable operation) {
		Dispatch outer = RUNNING.get();
		RUNNING.set(dispatch);
		try {
			operation.run();
		}
		finally {
			if (outer != null) {
				RUNNING.set(outer);
			}
			else {
				RUNNING.remove();
			}
		}
	}

	HookRegistry registry() {
		return this.registry;
	}

	HookInvoker invoker() {
		return this.invoker;
	}

	HookErrorReporter errors() {
		return this.errors;
	}

	HookObservations observations() {
		return this.observations;
	}

	ListenerPublisher listeners() {
		return this.listeners;
	}

	KeyLocks locks() {
		return this.locks;
	}

}
