package io.github.kvevents.hook;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The events that are pending in the queue of one hook: found by key, since the events of
 * one key are handled one after the other, and by age, since the oldest may have to be
 * dropped. Guarded by the queue's lock.
 */
final class PendingEvents {

	private final Map<String, KeyEvents> byKey = new HashMap<>();

	/** The keys that have an event and no worker, longest waiting first. */
	private final Set<KeyEvents> ready = new LinkedHashSet<>();

	private final AgeList age = new AgeList();

	int size() {
		return this.age.size;
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
	 * Takes the next event of a key that no worker handles. The key is the worker's until
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

	/**
	 * All events by age. Linked through the events themselves, so that any of them can be
	 * removed at once.
	 */
	private static final class AgeList {

		private @Nullable QueuedEvent oldest;

		private @Nullable QueuedEvent youngest;

		private int size;

		QueuedEvent first() {
			QueuedEvent item = this.oldest;
			Assert.state(item != null, "No event is queued");
			return item;
		}

		void add(QueuedEvent item) {
			item.older = this.youngest;
			if (this.youngest != null) {
				this.youngest.younger = item;
			}
			else {
				this.oldest = item;
			}
			this.youngest = item;
			this.size++;
		}

		void remove(QueuedEvent item) {
			if (item.older != null) {
				item.older.younger = item.younger;
			}
			else {
				this.oldest = item.younger;
			}
			if (item.younger != null) {
				item.younger.older = item.older;
			}
			else {
				this.youngest = item.older;
			}
			item.older = null;
			item.younger = null;
			this.size--;
		}

	}

	/**
	 * The pending events of one key, in order.
	 */
	private static final class KeyEvents {

		private final String key;

		/**
		 * Whether a worker has an event of this key: the others wait for it.
		 */
		private boolean running;

		private @Nullable QueuedEvent first;

		private @Nullable QueuedEvent last;

		KeyEvents(String key) {
			this.key = key;
		}

		boolean isEmpty() {
			return this.first == null;
		}

		void add(QueuedEvent item) {
			if (this.last != null) {
				this.last.nextOfKey = item;
			}
			else {
				this.first = item;
			}
			this.last = item;
		}

		QueuedEvent removeFirst() {
			QueuedEvent item = this.first;
			Assert.state(item != null, "No event is queued for this key");
			this.first = item.nextOfKey;
			item.nextOfKey = null;
			if (this.first == null) {
				this.last = null;
			}
			return item;
		}

	}

}
