package io.github.kvevents.recipes.shop;

import java.time.Duration;

import org.springframework.stereotype.Component;

import io.github.kvevents.core.KvTemplate;

@Component
class Shop {

	record Order(String id, long cents) {
	}

	private final KvTemplate template;

	Shop(KvTemplate template) {
		this.template = template;
	}

	void reserve(Order order, Duration atMost) {
		this.template.set("reserved:" + order.id(), order, atMost);
	}

	void place(Order order) {
		this.template.set("order:" + order.id(), order);
	}

}
