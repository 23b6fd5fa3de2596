package io.github.kvevents.docs.start;

import java.time.Duration;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;

@Component
class Checkout {

	record Order(String id, long cents) {
	}

	private final KvTemplate template;

	Checkout(KvTemplate template) {
		this.template = template;
	}

	void begin(Order order, Duration atMost) {
		this.template.set("checkout:" + order.id(), order, atMost);
	}

	boolean pay(Order order) {
		return this.template.delete("checkout:" + order.id());
	}

	@KvHook(events = KvEventType.SET, prefix = "checkout:")
	void changed(String key, Order order) {
		System.out.println(key + " changed: " + order);
	}

	@OnKvExpired(prefix = "checkout:")
	void nobodyPaid(String key, Order order) {
		System.out.println(order + " was not paid in time");
	}

}
