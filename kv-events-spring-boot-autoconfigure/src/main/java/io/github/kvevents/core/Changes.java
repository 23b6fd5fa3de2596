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
import io.github.kvevents.hook.KvGuards;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Changes one key: asks the guards, has the dispatcher run the call to the store, and
 * passes the event of what was applied. Arguments are checked and encoded before.
 */
final class Changes {

	private final KvStore store;

	private final KvGuards guards;

	private final KvEventDispatcher dispatcher;

	private final EventFactory events;

	private final OperationObserver observer;

	Changes(KvStore store, KvGuards guards, KvEventDispatcher dispatcher, EventFactory events,
			OperationObserver observer) {
		this.store = store;
		this.guards = guards;
		this.dispatcher = dispatcher;
		this.events = events;
		this.observer = observer;
	}

	KvSetResult set(KvEventType type, StoreWrite write) {
		this.guards.check(type, write.key(), write.value());
		return dispatch(type, write.key(), (sink) -> {
			StoreOutcome outcome = this.observer.observe(Operation.SET, () -> this.store.set(write));
			if (!outcome.applied()) {
				return KvSetResult.NOT_APPLIED;
			}
			KvEvent event = this.events.written(type, write.key(), outcome.previousValue(), write.value(), null);
			sink.accept(event);
			return KvSetResult.of(event.getChange());
		});
	}

	Optional<byte[]> delete(String key) {
		this.guards.check(KvEventType.DELETE, key, null);
		return dispatch(KvEventType.DELETE, key, (sink) -> {
			byte[] lastValue = this.observer.observe(Operation.DELETE, () -> this.store.delete(key));
			if (lastValue != null) {
				sink.accept(this.events.deleted(KvEventType.DELETE, key, lastValue, null));
			}
			return Optional.ofNullable(lastValue);
		});
	}

	boolean compareAndSet(String key, byte @Nullable [] expected, byte[] value) {
		this.guards.check(KvEventType.SET, key, value);
		return dispatch(KvEventType.SET, key, (sink) -> {
			boolean applied = compareAndSetInStore(key, expected, value);
			if (applied) {
				sink.accept(this.events.written(KvEventType.SET, key, expected, value, null));
			}
			return applied;
		});
	}

	boolean compareAndDelete(String key, byte[] expected) {
		this.guards.check(KvEventType.DELETE, key, null);
		return dispatch(KvEventType.DELETE, key, (sink) -> {
			boolean applied = compareAndSetInStore(key, expected, null);
			if (applied) {
				sink.accept(this.events.deleted(KvEventType.DELETE, key, expected, null));
			}
			return applied;
		});
	}

	private boolean compareAndSetInStore(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		return this.observer.observe(Operation.COMPARE_AND_SET, () -> this.store.compareAndSet(key, expected, value));
	}

	private <R> R dispatch(KvEventType type, String key, Function<Consumer<KvEvent>, R> operation) {
		AtomicReference<R> result = new AtomicReference<>();
		this.dispatcher.dispatch(type, key, (sink) -> result.set(operation.apply(sink)));
		return Objects.requireNonNull(result.get(), "The dispatcher did not run the operation");
	}

}
