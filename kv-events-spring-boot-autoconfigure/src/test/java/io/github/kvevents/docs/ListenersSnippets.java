package io.github.kvevents.docs;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.springframework.context.event.EventListener;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.log.LogGapEvent;

/**
 * The code of docs/listeners.md.
 */
class ListenersSnippets {

	private final Queue<String> trail = new ConcurrentLinkedQueue<>();

	// @formatter:off

	@KvListener(id = "audit", prefix = "order:")
	void audit(KvEvent event, @KvValue String value) {
		this.trail.add(event.getPosition() + " " + event.getType() + " " + event.getKey());
	}

	@KvListener(id = "mail", events = KvEventType.SET, prefix = "mail:", concurrency = 4, initialBackoff = "500ms",
			maxBackoff = "${app.mail.max-backoff:1m}", maxAttempts = 5, onExhausted = OnExhausted.DEAD_LETTER)
	void send(String key, @KvValue String text) {
		this.trail.add("sent " + key);
	}

	int lookAfterDeadLetters(KvListenerRegistry listeners) {
		KvDeadLetters letters = listeners.find("mail").orElseThrow().getDeadLetters();
		for (KvDeadLetter letter : letters.list(50)) {
			if (letter.attempts() > 20) {
				letters.discard(letter.id());
			}
		}
		int handled = letters.redriveAll(100);
		return handled;
	}

	KvSubscription register(KvListenerRegistry listeners) {
		KvSubscription subscription = listeners.register("projection",
				ListenerOptions.defaults()
					.filter(KeyFilter.prefix("user:"))
					.startAt(StartAt.LATEST)
					.batchSize(500),
				(event) -> this.trail.add(event.getKey()));
		return subscription;
	}

	@EventListener
	void rebuild(LogGapEvent gap) {
		this.trail.add("missed changes of partition " + gap.getPartition());
	}

	// @formatter:on

}
