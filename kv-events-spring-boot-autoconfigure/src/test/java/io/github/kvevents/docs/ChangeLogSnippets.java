package io.github.kvevents.docs;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.RetentionGuard;

/**
 * What the pages show of the change log.
 */
class ChangeLogSnippets {

	private final KvChangeLog changeLog;

	ChangeLogSnippets(KvChangeLog changeLog) {
		this.changeLog = changeLog;
	}

	KvChangePage read() {
		KvChangePage page = this.changeLog
			.read(ReadRequest.from(StartPosition.earliest()).filter(KeyFilter.prefix("order:")).limit(50));
		for (KvEvent event : page.events()) {
			System.out.println(event.getPosition() + " " + event.getChange() + " " + event.getKey());
		}
		KvChangePage following = this.changeLog.read(ReadRequest.from(page.next()).limit(50));
		return following;
	}

	KvChangePage await(StartPosition start) {
		KvChangePage page = this.changeLog
			.read(ReadRequest.from(start).filter(KeyFilter.prefix("order:")).timeout(Duration.ofSeconds(30)));
		return page;
	}

	@Bean
	RetentionGuard unexportedChanges(Export export) {
		return (partition) -> export.lastExported(partition);
	}

	@EventListener
	void startAnew(LogGapEvent gap) {
		System.out.println(gap.getReader() + " missed changes up to " + gap.getNext());
	}

	interface Export {

		@Nullable KvPosition lastExported(int partition);

	}

	@Component
	static class Prices {

		private final KvTemplate template;

		private final Cache cache;

		Prices(KvTemplate template, CacheManager caches) {
			this.template = template;
			this.cache = Objects.requireNonNull(caches.getCache("prices"));
		}

		@Nullable String of(String article) {
			String key = "price:" + article;
			return this.cache.get(key, () -> this.template.get(key, String.class).orElse(null));
		}

		@KvHook(prefix = "price:", scope = KvHookScope.EVERY_INSTANCE)
		void changed(String key) {
			this.cache.evict(key);
		}

		@EventListener
		void missedChanges(LogGapEvent gap) {
			this.cache.clear();
		}

	}

}
