package io.github.kvevents.docs;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.slf4j.MDC;

import org.springframework.context.annotation.Bean;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvHeaderSource;
import io.github.kvevents.hook.OnKvExpired;

/**
 * The code of docs/observability.md.
 */
class ObservabilitySnippets {

	final List<String> reminders = new CopyOnWriteArrayList<>();

	// @formatter:off

	@Bean
	KvHeaderSource channel() {
		return (headers) -> {
			String channel = MDC.get("channel");
			if (channel != null) {
				headers.accept("channel", channel);
			}
		};
	}

	@OnKvExpired(prefix = "checkout:")
	void remind(KvEvent event) {
		String principal = event.getHeaders().getOrDefault("principal", "somebody");
		this.reminders.add(principal + " has not paid " + event.getKey());
	}

}
