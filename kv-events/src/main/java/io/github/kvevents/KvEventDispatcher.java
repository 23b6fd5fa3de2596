package io.github.kvevents;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs an operation and tells everybody in this instance who should hear of it. It is
 * where order comes from: operations on one key whose events go to asynchronous hooks are
 * applied and enqueued one after the other.
 */
public interface KvEventDispatcher {

	/**
	 * Runs an operation and dispatches the events that it passes to its consumer.
	 * Synchronous hooks, then ordinary Spring listeners, have run when this returns.
	 * Events that were passed before the operation threw are dispatched all the same.
	 * @param type the type of the events
	 * @param keys the keys that the operation may change
	 * @param operation applies the change and passes on its events, in order
	 */
	void dispatch(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation);

	/**
	 * Runs an operation on one key.
	 * @param type the type of the event
	 * @param key the key that the operation may change
	 * @param operation applies the change and passes on its event, if there is one
	 */
	default void dispatch(KvEventType type, String key, Consumer<Consumer<KvEvent>> operation) {
		dispatch(type, List.of(key), operation);
	}

	/**
	 * Dispatches an event that already happened, such as an expiry. Synchronous hooks,
	 * then ordinary Spring listeners, have run when this returns.
	 * @param event the event
	 * @return completes when the asynchronous hooks of this event have run, failed or, by
	 * their overflow policy, been dropped too. Completes with a
	 * {@link java.util.concurrent.CancellationException} if the application stopped
	 * before: the event should be delivered again then
	 */
	CompletionStage<Void> deliver(KvEvent event);

	/**
	 * Dispatches an event as {@link #deliver(KvEvent)} does, but not to receivers that
	 * got it before, in another instance. Ordinary Spring listeners can't be called one
	 * by one: all are, unless each of them got it.
	 * @param event the event
	 * @param except the ids of the receivers to leave out
	 * @return which receivers got it, and when they are done
	 */
	default KvDelivery deliver(KvEvent event, Set<String> except) {
		return new KvDelivery(receivers(event.getType()).stream().map(KvReceiver::id).collect(Collectors.toSet()),
				Set.of(), Set.of(), deliver(event));
	}

	/**
	 * Has an event dispatched by the operation that runs on this thread, ahead of its own
	 * events: the end of a lifetime that the operation came across. For stores.
	 * @param event the event, of a key of the operation
	 * @param done called when the receivers were called, asynchronous ones enqueued
	 * @return {@code false} if no operation on the key runs on this thread, or it may
	 * call no hook: nothing is done then
	 */
	default boolean deliverAhead(KvEvent event, Consumer<KvDelivery> done) {
		return false;
	}

	/**
	 * Everything in this instance that receives events of one type; a hook that is
	 * disabled doesn't.
	 * @param type the type of the events
	 * @return by default one that selects every key, while {@link #isHeard(KvEventType)}
	 * says so
	 */
	default List<KvReceiver> receivers(KvEventType type) {
		return isHeard(type) ? List.of(KvReceiver.of("all", null)) : List.of();
	}

	/**
	 * Sets who is called when {@link #receivers(KvEventType)} may have changed. Spring
	 * listeners come and go without.
	 * @param listener called on the thread that made the change; must be quick
	 */
	default void setReceiversListener(Runnable listener) {
		// what never changes needs no listener
	}

	/**
	 * Whether anything in this instance would hear of such an event: an enabled or
	 * disabled hook, a tap, or a Spring listener for {@link KvEvent} or its subclass. May
	 * change while the application runs.
	 * @param type the type of the event
	 * @return whether there is somebody to tell
	 */
	boolean isHeard(KvEventType type);

	/**
	 * Lets others hear of changes in the order in which the store applied them.
	 * @return always the same object
	 * @throws UnsupportedOperationException if this dispatcher keeps no such order, which
	 * is what watches need
	 */
	default KvEventTaps getTaps() {
		throw new UnsupportedOperationException(getClass().getName()
				+ " keeps no order of changes, which watches need: use the dispatcher of a HookEngine");
	}

}
