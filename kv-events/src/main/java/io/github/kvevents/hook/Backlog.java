package io.github.kvevents.hook;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What waits in the queue of one hook: found by key, since the events of one key are
 * handled one after the other, and by age, since the oldest may have to go. Guarded by
 * the queue's lock.
 */
final class Backlog {

	private final Map<String, KeyEvents> byKey = new HashMap<>();

	/** The keys that have an event and no worker, longest waiting first. */
	private final Set<KeyEvents> ready = new LinkedHashSet<>();

	private final AgeList age = new AgeList();

	int size() {
		return this.age.size();
	}

	boolean isReady() {
		return !this.ready.isEmpty();
	}

	void add(QueuedEvent item) {
		this.age.add(item);
		KeyEvents events = this.byKey.computeIfAbsent(item.event().getKey(), KeyEvents::new);
		events.add(item);
		if (!events.running) {
			this.ready.add(events);
		}
	}

	/**
	 * Takes the next event whose key no worker has. The key is the worker's until
	 * {@link #finish}.
	 * @return the event, {@code null} if there is none
	 */
	@Nullable QueuedEvent poll() {
		if (this.ready.isEmpty()) {
			return null;
		}
		KeyEvents events = this.ready.iterator().next();
		this.ready.remove(events);
		events.running = true;
		return take(events);
	}

	void finish(QueuedEvent item) {
		KeyEvents events = eventsOf(item);
		events.running = false;
		if (!events.isEmpty()) {
			this.ready.add(events);
		}
		else {
			this.byKey.remove(events.key);
		}
	}

	/**
	 * Takes the oldest of all, which is the oldest of its key.
	 */
	QueuedEvent removeOldest() {
		KeyEvents events = eventsOf(this.age.first());
		QueuedEvent oldest = take(events);
		if (events.isEmpty() && !events.running) {
			this.ready.remove(events);
			this.byKey.remove(events.key);
		}
		return oldest;
	}

	private QueuedEvent take(KeyEvents events) {
		QueuedEvent item = events.removeFirst();
		this.age.remove(item);
		return item;
	}

	private KeyEvents eventsOf(QueuedEvent item) {
		KeyEvents events = this.byKey.get(item.event().getKey());
		if (events == null) {
			throw new IllegalStateException("The key of a queued event is unknown");
		}
		return events;
	}

}
