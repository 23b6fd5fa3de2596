package io.github.kvevents.docs;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.context.event.EventListener;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.OnKvExpired;

class ExpirySnippets {

	record Order(String id, long cents) {
	}

	interface Orders {

		boolean cancelIfPending(String id);

	}

	private final Orders orders;

	ExpirySnippets(Orders orders) {
		this.orders = orders;
	}

	static class First {

		private final KvTemplate template;

		First(KvTemplate template) {
			this.template = template;
		}

		void begin(Order order) {
			this.template.set("checkout:" + order.id(), order, Duration.ofMinutes(15));
		}

		@OnKvExpired(prefix = "checkout:")
		void nobodyPaid(String key, Order order) {
			System.out.println(order + " was not paid in time");
		}

	}

	@OnKvExpired(prefix = "checkout:")
	void cancel(Order order) {
		if (this.orders.cancelIfPending(order.id())) {
			System.out.println("Cancelled " + order.id());
		}
	}

	@EventListener(condition = "#event.key.startsWith('session:')")
	void ended(KvExpiredEvent event) {
		System.out.println(event.getKey() + " ended at " + event.getDeadline() + ", noticed after "
				+ event.getLateness() + " by " + event.getOrigin());
	}

	@OnKvExpired(prefix = "session:")
	void ended(String key) {
		System.out.println(key + " ended");
	}

	@OnKvExpired(prefix = "lock:")
	void released(KvExpiredEvent event, @Nullable Order holder) {
		if (event.getDetectedBy() == KvExpirySource.NOTIFICATION) {
			System.out.println(event.getKey() + " is gone, and nobody knows what it held");
		}
	}

}
