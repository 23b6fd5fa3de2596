package io.github.kvevents.sample.receipt;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvChange;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.sample.order.Order;
import io.github.kvevents.sample.order.OrderStatus;
import io.github.kvevents.sample.order.Orders;

/**
 * Sends a receipt for each order that was paid. The customer doesn't wait for it. When
 * the mail server refused it three times it becomes a dead letter, so that the others are
 * delivered, until an operator redrives it.
 */
@Component
class ReceiptListener {

	private final MailServer mail;

	ReceiptListener(MailServer mail) {
		this.mail = mail;
	}

	@KvListener(id = "receipts", prefix = Orders.ORDER, changes = KvChange.UPDATED, concurrency = 4, maxAttempts = 3,
			initialBackoff = "100ms", maxBackoff = "1s", onExhausted = OnExhausted.DEAD_LETTER)
	void send(Order order) {
		if (order.status() == OrderStatus.PAID) {
			this.mail.send(Receipt.of(order));
		}
	}

}
