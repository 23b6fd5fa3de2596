package io.github.kvevents;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs operations and dispatches their events to the receivers in this instance. It keeps
 * the order of events: operations on one key whose events go to asynchronous hooks are
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
	 * before: the event should be redelivered then
	 */
	CompletionStage<Void> deliver(KvEvent event);

	/**
	 * Dispatches an event as {@link #deliver(KvEvent)} does, but not to receivers that
	 * received it before, in another instance. Ordinary Spring listeners can't be called
	 * one by one: all of them are called, unless each of them has received it.
	 * @param event the event
	 * @param except the ids of the receivers to leave out
	 * @return which receivers received it, and when they have handled it
	 */
	default KvDelivery deliver(KvEvent event, Set<String> except) {
		return new KvDelivery(receivers(event.getType()).stream().map(KvReceiver::id).collect(Collectors.toSet()),
				Set.of(), Set.of(), deliver(event));
	}

	/**
	 * Has an event dispatched by the operation that runs on this thread, ahead of its own
	 * events: an expiry that the operation detected. For stores.
	 * @param event the event, of a key of the operation
	 * @param done called when the receivers were called, asynchronous ones enqueued
	 * @return {@code false} if no operation on the key runs on this thread, or it may
	 * call no hook: nothing is done then
	 */
	default boolean deliverAhead(KvEvent event, Consumer<KvDelivery> done) {
		return false;
	}

	/**
	 * Whether anything in this instance may receive such an event of a key. Quick: called
	 * for each write.
	 * @param type the type of the event
	 * @param key the key
	 * @return {@code false} if certainly nothing does, as long as no receiver is added;
	 * by default {@link #hasReceivers(KvEventType)}
	 */
	default boolean mayReceive(KvEventType type, String key) {
		return hasReceivers(type);
	}

	/**
	 * Whether anything in this instance may read the values of such an event of a key.
	 * Quick: called for each write.
	 * @param type the type of the event
	 * @param key the key
	 * @return {@code false} if certainly nothing does, as long as no receiver is added;
	 * by default {@link #mayReceive(KvEventType, String)}
	 */
	default boolean mayTakeValue(KvEventType type, String key) {
		return mayReceive(type, key);
	}

	/**
	 * Everything in this instance that receives events of one type; a hook that is
	 * disabled doesn't.
	 * @param type the type of the events
	 * @return by default one that selects every key, if
	 * {@link #hasReceivers(KvEventType)}
	 */
	default List<KvReceiver> receivers(KvEventType type) {
		return hasReceivers(type) ? List.of(KvReceiver.of("all", null)) : List.of();
	}

	/**
	 * Sets what to call when {@link #receivers(KvEventType)} may have changed. Spring
	 * listeners come and go without.
	 * @param listener called on the thread that made the change; must be quick
	 */
	default void setReceiversListener(Runnable listener) {
		// what never changes needs no listener
	}

	/**
	 * Whether anything in this instance may receive such an event: an enabled or disabled
	 * hook, a tap, or a Spring listener for {@link KvEvent} or its subclass. May change
	 * while the application runs.
	 * @param type the type of the event
	 * @return whether there is a receiver
	 */
	boolean hasReceivers(KvEventType type);

	/**
	 * The taps, which receive changes in the order in which the store applied them.
	 * @return always the same object
	 * @throws UnsupportedOperationException if this dispatcher keeps no such order, which
	 * is what watches need
	 */
	default KvEventTaps getTaps() {
		throw new UnsupportedOperationException(getClass().getName()
				+ " keeps no order of changes, which watches need: use the dispatcher of a HookEngine");
	}

	/**
	 * The outcome of the delivery of an event.
	 *
	 * @param reached the ids of the {@link KvReceiver receivers} that received it;
	 * asynchronous hooks may not have handled it yet
	 * @param queued the ids of those of them that are asynchronous, and so outside of a
	 * transaction of the caller
	 * @param withdrawn the ids of those of them that were closed before they handled it,
	 * as if they had not been registered. A view: it may grow until the completion
	 * @param completion completes when they have handled it, as that of
	 * {@link KvEventDispatcher#deliver(KvEvent)} does
	 */
	record KvDelivery(Set<String> reached, Set<String> queued, Set<String> withdrawn,
			CompletionStage<Void> completion) {

		public KvDelivery {
			reached = Set.copyOf(reached);
			queued = Set.copyOf(queued);
			withdrawn = Collections.unmodifiableSet(withdrawn);
		}

	}

}
