package io.github.kvevents.sample.order;

import org.springframework.cache.CacheManager;
import org.springframework.stereotype.Component;

import io.github.kvevents.hook.KvHook;

/**
 * Forgets a cached order when it changes. The hook is sync: when the write returns, the
 * old order can't be read any more.
 */
@Component
class OrderCacheInvalidation {

	private final CacheManager caches;

	OrderCacheInvalidation(CacheManager caches) {
		this.caches = caches;
	}

	@KvHook(id = "order-cache", prefix = Orders.ORDER)
	void evict(String key) {
		var cache = this.caches.getCache(Orders.CACHE);
		if (cache != null) {
			cache.evictIfPresent(key.substring(Orders.ORDER.length()));
		}
	}

}
