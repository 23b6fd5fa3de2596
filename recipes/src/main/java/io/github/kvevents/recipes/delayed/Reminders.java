package io.github.kvevents.recipes.delayed;

import java.time.Duration;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;

// @formatter:off
@Component
class Reminders {

	record Reminder(String to, String text) {
	}

	private final KvTemplate template;

	private final Mail mail;

	Reminders(KvTemplate template, Mail mail) {
		this.template = template;
		this.mail = mail;
	}

	void remind(String id, Reminder reminder, Duration delay) {
		this.template.set("reminder:" + id, reminder, delay);
	}

	boolean cancel(String id) {
		return this.template.delete("reminder:" + id);
	}

	@KvListener(id = "reminders", events = KvEventType.EXPIRED, prefix = "reminder:", concurrency = 4,
			initialBackoff = "${reminders.backoff:1s}", maxBackoff = "1m",
			maxAttempts = 5, onExhausted = OnExhausted.DEAD_LETTER)
	void due(String key, Reminder reminder) {
		this.mail.send(reminder.to(), reminder.text());
	}

}
// @formatter:on
