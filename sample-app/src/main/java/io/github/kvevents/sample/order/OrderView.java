package io.github.kvevents.sample.order;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An order as {@code GET /orders/{id}} answers.
 *
 * @param id its id
 * @param status where it stands
 * @param expiredAt when the expiry was noticed
 * @param latenessMillis how long after the deadline that was
 */
record OrderView(String id, OrderStatus status, @Nullable Instant expiredAt, @Nullable Long latenessMillis) {

	static OrderView of(Order order) {
		return new OrderView(order.id(), order.status(), order.expiredAt(), order.latenessMillis());
	}

}
