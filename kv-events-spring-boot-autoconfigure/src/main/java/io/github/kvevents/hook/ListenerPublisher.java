package io.github.kvevents.hook;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;

/**
 * Passes events to ordinary Spring listeners, on the caller's thread and so within its
 * transaction and within the current context. What they throw goes no further.
 */
final class ListenerPublisher {

	private static final String RECEIVER_PREFIX = "spring-listener:";

	private final @Nullable ApplicationEventPublisher publisher;

	private final Predicate<KvEventType> listeners;

	private final HookErrorReporter errors;

	ListenerPublisher(@Nullable ApplicationEventPublisher publisher, Predicate<KvEventType> listeners,
			HookErrorReporter errors) {
		this.publisher = publisher;
		this.listeners = listeners;
		this.errors = errors;
	}

	boolean isHeard(KvEventType type) {
		return this.publisher != null && this.listeners.test(type);
	}

	void publish(KvEvent event) {
		if (this.publisher == null) {
			return;
		}
		try {
			this.publisher.publishEvent(event);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			DeferredInterrupt.hold();
			DeferredInterrupt.hold(ex);
			this.errors.listenerFailed(event, ex);
		}
		finally {
			DeferredInterrupt.hold();
		}
	}

	/**
	 * The listeners that would hear of an event, each of which would get each key.
	 */
	List<KvReceiver> receivers(KvEventType type) {
		if (!isHeard(type)) {
			return List.of();
		}
		Set<String> ids = (this.listeners instanceof SpringListeners spring) ? spring.ids(type) : Set.of("any");
		return ids.stream().map((id) -> KvReceiver.of(RECEIVER_PREFIX + id, null)).toList();
	}

	void refuse(KvEvent event, int depth) {
		if (isHeard(event.getType())) {
			this.errors.listenerFailed(event,
					new KvHookRecursionException(KvHookError.SPRING_LISTENERS, event.getKey(), depth));
		}
	}

}
