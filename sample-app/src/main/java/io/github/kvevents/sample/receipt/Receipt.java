package io.github.kvevents.sample.receipt;

import java.time.Instant;

import io.github.kvevents.sample.order.Order;

/**
 * A receipt for an order that was paid.
 *
 * @param orderId the id of the order
 * @param placedAt when it was placed: its id may be used again
 */
record Receipt(String orderId, Instant placedAt) {

	static Receipt of(Order order) {
		return new Receipt(order.id(), order.placedAt());
	}

	String id() {
		return this.orderId + "@" + this.placedAt;
	}

}
