package io.github.kvevents.core;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.OperationObserver.Operation;
import io.github.kvevents.hook.GuardChain;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * Changes one key: asks the guards, has the dispatcher run the call to the store, and
 * publishes the event of what was applied. Arguments are checked and encoded before. An
 * interrupt of a guard or hook is held back until all are done.
 */
final class Changes {

	private final KvStore store;

	private final GuardChain guards;

	private final KvEventDispatcher dispatcher;

	private final EventFactory events;

	private final OperationObserver observer;

	Changes(KvStore store, GuardChain guards, KvEventDispatcher dispatcher, EventFactory events,
			OperationObserver observer) {
		this.store = store;
		this.guards = guards;
		this.dispatcher = dispatcher;
		this.events = events;
		this.observer = observer;
	}

	KvSetResult set(StoreWrite write) {
		return dispatch(write.type(), write.key(), write.value(), (sink) -> set(write, sink));
	}

	private KvSetResult set(StoreWrite write, Consumer<KvEvent> sink) {
		OperationObserver.Write observed = this.observer.write(Operation.SET);
		StoreOutcome outcome = observed.isPlain() ? this.store.set(write) : observed.call(() -> this.store.set(write));
		if (!outcome.applied()) {
			return KvSetResult.NOT_APPLIED;
		}
		KvEvent event = this.events.written(write, outcome, observed.headers());
		sink.accept(event);
		return KvSetResult.of(event.getChange());
	}

	Optional<byte[]> delete(String key) {
		return dispatch(KvEventType.DELETE, key, null, (sink) -> {
			OperationObserver.Write observed = this.observer.write(Operation.DELETE);
			StoreOutcome outcome = observed.call(() -> this.store.delete(key));
			if (outcome.applied()) {
				sink.accept(this.events.deleted(KvEventType.DELETE, new StoreDelete(key), outcome, observed.headers()));
			}
			return Optional.ofNullable(outcome.previousValue());
		});
	}

	boolean compareAndSet(String key, byte @Nullable [] expected, byte[] value) {
		return dispatch(KvEventType.SET, key, value, (sink) -> {
			OperationObserver.Write observed = this.observer.write(Operation.COMPARE_AND_SET);
			StoreOutcome outcome = observed.call(() -> this.store.compareAndSet(key, expected, value));
			if (outcome.applied()) {
				sink.accept(this.events.written(new StoreWrite(key, value), outcome, observed.headers()));
			}
			return outcome.applied();
		});
	}

	boolean compareAndDelete(String key, byte[] expected) {
		return dispatch(KvEventType.DELETE, key, null, (sink) -> {
			OperationObserver.Write observed = this.observer.write(Operation.COMPARE_AND_SET);
			StoreOutcome outcome = observed.call(() -> this.store.compareAndSet(key, expected, null));
			if (outcome.applied()) {
				sink.accept(this.events.deleted(KvEventType.DELETE, new StoreDelete(key), outcome, observed.headers()));
			}
			return outcome.applied();
		});
	}

	private <R> R dispatch(KvEventType type, String key, byte @Nullable [] value,
			Function<Consumer<KvEvent>, R> operation) {
		AtomicReference<R> result = new AtomicReference<>();
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			this.guards.check(type, key, value);
			this.dispatcher.dispatch(type, key, (sink) -> result.setPlain(operation.apply(sink)));
		}
		finally {
			interrupts.close();
		}
		return Objects.requireNonNull(result.getPlain(), "The dispatcher did not run the operation");
	}

}
