package io.github.kvevents.sample.order;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHook;

/**
 * Ends an order when its checkout is gone. Redis itself tells of the expiry (see
 * {@code kv.events.expiry.notifications.mode} in {@code application.yaml}), so this is
 * best effort, and every instance of the application hears it: only one of them gets
 * through the compare-and-set. An order whose notification was lost is ended when it is
 * read next.
 */
@Component
class OrderExpiry {

	private final Orders orders;

	OrderExpiry(Orders orders) {
		this.orders = orders;
	}

	@KvHook(id = "order-expiry", events = KvEventType.EXPIRED, prefix = Orders.CHECKOUT, async = true)
	void expire(String key) {
		this.orders.expireIfLapsed(key.substring(Orders.CHECKOUT.length()));
	}

}
