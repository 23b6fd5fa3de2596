package io.github.kvevents.recipes.shop;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

@Component
class Billing {

	record Order(String id, long cents) {
	}

	@KvListener(id = "billing", events = KvEventType.SET, prefix = "order:")
	void placed(Order order) {
		System.out.println("Bill " + order.cents() + " cents for " + order.id());
	}

	@OnKvExpired(prefix = "reserved:")
	void released(Order order) {
		System.out.println(order.id() + " was not ordered in time");
	}

}
