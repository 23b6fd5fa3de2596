package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;

/**
 * Publishes events to ordinary Spring listeners, on the caller's thread and so within its
 * transaction and within the current context. What they throw counts as a hook error.
 */
final class ListenerPublisher {

	private static final String RECEIVER_PREFIX = "spring-listener:";

	/**
	 * The context of the engine, and its children.
	 */
	private volatile List<Context> contexts = List.of();

	private final HookErrorReporter errors;

	ListenerPublisher(@Nullable ApplicationEventPublisher publisher, Predicate<KvEventType> listeners,
			HookErrorReporter errors) {
		if (publisher != null) {
			this.contexts = List.of(new Context(publisher::publishEvent, listeners));
		}
		this.errors = errors;
	}

	Runnable add(Consumer<KvEvent> publisher, Predicate<KvEventType> listeners) {
		Context context = new Context(publisher, listeners);
		change((contexts) -> contexts.add(context));
		return () -> change((contexts) -> contexts.remove(context));
	}

	private synchronized void change(Consumer<List<Context>> change) {
		List<Context> changed = new ArrayList<>(this.contexts);
		change.accept(changed);
		this.contexts = List.copyOf(changed);
	}

	boolean hasAny(KvEventType type) {
		List<Context> contexts = this.contexts;
		for (int index = 0; index < contexts.size(); index++) {
			if (contexts.get(index).listeners.test(type)) {
				return true;
			}
		}
		return false;
	}

	void publish(KvEvent event) {
		List<Context> contexts = this.contexts;
		if (contexts.size() == 1) {
			publish(event, contexts.get(0));
		}
		else if (!contexts.isEmpty()) {
			JvmFailures.forEach(contexts, (context) -> publish(event, context));
		}
	}

	private void publish(KvEvent event, Context context) {
		try {
			context.publisher.accept(event);
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
	 * The listeners that would receive an event, each of them the events of all keys.
	 */
	List<KvReceiver> receivers(KvEventType type) {
		Set<String> ids = new TreeSet<>();
		for (Context context : this.contexts) {
			if (context.listeners instanceof SpringListeners spring) {
				ids.addAll(spring.ids(type));
			}
			else if (context.listeners.test(type)) {
				ids.add("any");
			}
		}
		return ids.stream().map((id) -> KvReceiver.of(RECEIVER_PREFIX + id, null)).toList();
	}

	void refuse(KvEvent event, int depth) {
		if (hasAny(event.getType())) {
			this.errors.listenerFailed(event,
					new KvHookRecursionException(KvHookError.SPRING_LISTENERS, event.getKey(), depth));
		}
	}

	private record Context(Consumer<KvEvent> publisher, Predicate<KvEventType> listeners) {
	}

}
