package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The events of one key that wait in a queue, in order. Guarded by the queue's lock.
 */
final class KeyEvents {

	final String key;

	/**
	 * Whether a worker has an event of this key: the others wait for it.
	 */
	boolean running;

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
