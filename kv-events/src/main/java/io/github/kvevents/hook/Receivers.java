package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;

/**
 * Everything in this instance that receives the events of its own operations: hooks,
 * ordinary Spring listeners, and the taps of watches.
 */
record Receivers(HookRegistry hooks, ListenerPublisher listeners, Taps taps) {

	/**
	 * Whether anything may receive events of a type.
	 */
	boolean exist(KvEventType type) {
		return this.hooks.hasAny(type) || this.listeners.hasAny(type) || !this.taps.isEmpty();
	}

	/**
	 * Whether anything may receive events of a type and a key.
	 */
	boolean maySelect(KvEventType type, String key) {
		return this.hooks.maySelect(type, key) || this.listeners.hasAny(type) || !this.taps.isEmpty();
	}

	/**
	 * Whether anything may read the values of events of a type and a key. What a Spring
	 * listener or the reader of a watch does with an event isn't known.
	 */
	boolean mayTakeValue(KvEventType type, String key) {
		return this.hooks.mayTakeValue(type, key) || this.listeners.hasAny(type) || !this.taps.isEmpty();
	}

	/**
	 * The receivers of a type of event.
	 */
	List<KvReceiver> of(KvEventType type) {
		List<KvReceiver> receivers = new ArrayList<>(this.hooks.receivers(type));
		receivers.addAll(this.listeners.receivers(type));
		if (!this.taps.isEmpty()) {
			receivers.add(KvReceiver.observer(Delivery.WATCHES));
		}
		return receivers;
	}

	/**
	 * Sets what to call when the receivers may have changed. Spring listeners come and go
	 * without a call.
	 */
	void setChangeListener(Runnable listener) {
		this.hooks.setChangeListener(listener);
		this.taps.setChangeListener(listener);
	}

}
