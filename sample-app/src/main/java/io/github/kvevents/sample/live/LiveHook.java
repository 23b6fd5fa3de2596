package io.github.kvevents.sample.live;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.sample.order.OrdersChanged;

/**
 * Tells the browsers what any instance changed, in the order of the change log. It may be
 * sync although it is called for everything: publishing waits for nobody.
 */
@Component
class LiveHook {

	private final LiveFeed feed;

	LiveHook(LiveFeed feed) {
		this.feed = feed;
	}

	@KvHook(id = "live", scope = KvHookScope.EVERY_INSTANCE)
	void publish(KvEvent event) {
		this.feed.publish(LiveChange.of(event));
	}

	/** Not with the change of the order: the list may not have it yet. */
	@EventListener(OrdersChanged.class)
	void publishOrdersChanged() {
		this.feed.publishOrdersChanged();
	}

}
