package io.github.kvevents.hook;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;

/**
 * Starts a {@link Dispatch} for each operation.
 */
final class HookDispatcher implements KvEventDispatcher {

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
		Assert.notNull(event, "'event' must not be null");
		Completion completion = new Completion();
		try {
			run(event.getType(), List.of(event.getKey()), (events) -> events.accept(event), completion);
		}
		finally {
			completion.done();
		}
		return completion.stage();
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
			@Nullable Completion completion) {
		new Dispatch(this, type, completion).run(keys, operation);
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
