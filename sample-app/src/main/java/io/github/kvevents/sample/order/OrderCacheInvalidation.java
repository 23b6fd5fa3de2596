package io.github.kvevents.sample.order;

import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.log.LogGapEvent;

/**
 * Forgets a cached order when it changes, for two reasons:
 * <ul>
 * <li>This instance changed it. That hook is called by the thread that writes: when the
 * write returns, the old order can't be read here any more.</li>
 * <li>Any instance changed it. That hook receives it from the change log, a moment
 * later.</li>
 * </ul>
 */
@Component
class OrderCacheInvalidation {

	private final CacheManager caches;

	OrderCacheInvalidation(CacheManager caches) {
		this.caches = caches;
	}

	@KvHook(id = "order-cache", prefix = Orders.ORDER)
	@KvHook(id = "order-cache-fleet", prefix = Orders.ORDER, scope = KvHookScope.EVERY_INSTANCE)
	void evict(String key) {
		Cache cache = this.caches.getCache(Orders.CACHE);
		if (cache != null) {
			cache.evictIfPresent(key.substring(Orders.ORDER.length()));
		}
	}

	/** Changes were missed, and it is not known of which orders. */
	@EventListener(LogGapEvent.class)
	void evictAll() {
		Cache cache = this.caches.getCache(Orders.CACHE);
		if (cache != null) {
			cache.invalidate();
		}
	}

}
