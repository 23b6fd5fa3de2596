package io.github.kvevents.sample.order;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An order in the list for the page. Times are relative, so that the count-down needs no
 * clock that agrees with the server's.
 *
 * @param id its id
 * @param status where it stands
 * @param placedAt when it was placed
 * @param totalMillis how long it could be paid from the start
 * @param remainingMillis how long it can be paid from now, negative after the deadline
 * @param expiredAt when the expiry was noticed
 * @param latenessMillis how long after the deadline that was
 */
record OrderLine(String id, OrderStatus status, Instant placedAt, long totalMillis, long remainingMillis,
		@Nullable Instant expiredAt, @Nullable Long latenessMillis) {

	static OrderLine of(Order order, Instant now) {
		return new OrderLine(order.id(), order.status(), order.placedAt(),
				Duration.between(order.placedAt(), order.deadline()).toMillis(),
				Duration.between(now, order.deadline()).toMillis(), order.expiredAt(), order.latenessMillis());
	}

}
