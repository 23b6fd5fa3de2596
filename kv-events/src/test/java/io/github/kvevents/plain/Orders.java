package io.github.kvevents.plain;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

/**
 * A bean of the application that reacts in each way, and records what it received.
 */
class Orders {

	record Order(String id, long cents) {
	}

	final List<String> set = new CopyOnWriteArrayList<>();

	final List<Order> expired = new CopyOnWriteArrayList<>();

	final List<String> everyInstance = new CopyOnWriteArrayList<>();

	final List<String> listened = new CopyOnWriteArrayList<>();

	@KvGuard(prefix = "order:")
	void refuseNegative(String key, Order order) {
		if (order.cents() < 0) {
			throw new IllegalArgumentException(key + " has a negative amount");
		}
	}

	@KvHook(events = KvEventType.SET, prefix = "order:")
	void onSet(String key, Order order) {
		this.set.add(key + "=" + order.cents());
	}

	@OnKvExpired(prefix = "order:")
	void onExpired(Order order) {
		this.expired.add(order);
	}

	@KvHook(prefix = "order:", scope = KvHookScope.EVERY_INSTANCE)
	void onEveryInstance(KvEvent event) {
		this.everyInstance.add(event.getType() + " " + event.getKey());
	}

	@KvListener(id = "orders", prefix = "order:")
	void onChange(KvEvent event) {
		this.listened.add(event.getType() + " " + event.getKey());
	}

}
