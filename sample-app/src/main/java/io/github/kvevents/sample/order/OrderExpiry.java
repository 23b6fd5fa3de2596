package io.github.kvevents.sample.order;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.hook.KvHook;

/**
 * Cancels an order that nobody paid in time. The checkout's key got its time to live
 * through {@code KvTemplate}, so its expiry is tracked: it comes on time, with the last
 * value, and to one instance of the fleet, also when all of them were down meanwhile. It
 * is redelivered when that instance dies at work, and cancelling is idempotent.
 */
@Component
class OrderExpiry {

	private final Orders orders;

	OrderExpiry(Orders orders) {
		this.orders = orders;
	}

	@KvHook(id = "order-expiry", events = KvEventType.EXPIRED, prefix = Orders.CHECKOUT)
	void cancel(KvExpiredEvent event, Order order) {
		@Nullable Instant deadline = event.getDeadline();
		@Nullable Duration lateness = event.getLateness();
		if (deadline != null && lateness != null) {
			this.orders.cancel(order, deadline, lateness);
		}
	}

}
