package io.github.kvevents.sample.metrics;

import java.util.Locale;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.KvHook;

/**
 * Counts changes by key prefix, as meter {@code sample.changes}. Prefixes that it doesn't
 * know count as {@code other}: a tag that took any prefix would grow without bound.
 */
@Component
class ChangeMetrics {

	private static final Set<String> KNOWN = Set.of("checkout", "mail", "order", "receipt");

	private final MeterRegistry meters;

	ChangeMetrics(MeterRegistry meters) {
		this.meters = meters;
	}

	@KvHook(id = "metrics", changes = { KvChange.CREATED, KvChange.UPDATED, KvChange.REMOVED })
	void count(KvEvent event) {
		Counter.builder("sample.changes")
			.description("Changes of keys")
			.tag("prefix", prefixOf(event.getKey()))
			.tag("change", event.getChange().name().toLowerCase(Locale.ROOT))
			.register(this.meters)
			.increment();
	}

	private static String prefixOf(String key) {
		int colon = key.indexOf(':');
		String prefix = (colon > 0) ? key.substring(0, colon) : "";
		return KNOWN.contains(prefix) ? prefix : "other";
	}

}
