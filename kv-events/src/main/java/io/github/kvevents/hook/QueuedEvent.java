package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.HookObservations.CallerContext;

/**
 * An event that is queued for asynchronous hooks, with the context of its caller. They
 * share it: it has no state of its own.
 */
final class QueuedEvent {

	private final KvEvent event;

	private final CallerContext caller;

	private final DispatchContext context;

	private final @Nullable Delivery delivery;

	QueuedEvent(KvEvent event, CallerContext caller, DispatchContext context, @Nullable Delivery delivery) {
		this.event = event;
		this.caller = caller;
		this.context = context;
		this.delivery = delivery;
	}

	KvEvent event() {
		return this.event;
	}

	CallerContext caller() {
		return this.caller;
	}

	/**
	 * The context that the hook runs in.
	 */
	DispatchContext context() {
		return this.context;
	}

	/**
	 * Says that the hook was closed before it ran.
	 */
	void withdraw(String receiverId) {
		if (this.delivery != null) {
			this.delivery.withdraw(receiverId);
		}
	}

	/**
	 * Says that the hook ran, or dropped the event.
	 */
	void done() {
		if (this.delivery != null) {
			this.delivery.done();
		}
	}

	/**
	 * Says that the application stops before the hook ran.
	 */
	void cancel() {
		if (this.delivery != null) {
			this.delivery.cancel();
		}
	}

}
