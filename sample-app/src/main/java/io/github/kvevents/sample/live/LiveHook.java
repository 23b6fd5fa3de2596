package io.github.kvevents.sample.live;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.sample.order.OrdersChanged;

/**
 * Tells the browsers. The hook is async because async hooks hear the changes of a key in
 * the order in which Redis applied them, also with racing writers.
 */
@Component
class LiveHook {

	private final LiveFeed feed;

	LiveHook(LiveFeed feed) {
		this.feed = feed;
	}

	@KvHook(id = "live", async = true)
	void publish(KvEvent event) {
		this.feed.publish(LiveChange.of(event));
	}

	/** Not with the change of the order: the list may not have it yet. */
	@EventListener(OrdersChanged.class)
	void publishOrdersChanged() {
		this.feed.publishOrdersChanged();
	}

}
