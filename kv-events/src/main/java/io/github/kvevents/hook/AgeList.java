package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * All events of a queue by age. Linked through the events themselves, so that any of them
 * can be taken out at once. Guarded by the queue's lock.
 */
final class AgeList {

	private @Nullable QueuedEvent oldest;

	private @Nullable QueuedEvent youngest;

	private int size;

	int size() {
		return this.size;
	}

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
