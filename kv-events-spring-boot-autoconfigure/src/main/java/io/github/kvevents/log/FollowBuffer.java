package io.github.kvevents.log;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a follow has still to deliver of what the common reader has read. When it is full
 * the follow leaves the reader: it takes no more, so that neither memory grows nor others
 * wait, and has to read from the store by itself until it joins again.
 */
final class FollowBuffer {

	static final int CAPACITY = 1024;

	private List<StoredEntry> entries = new ArrayList<>();

	/**
	 * Up to where entries were put in, {@code null} while the follow reads by itself.
	 */
	private @Nullable EntryId tip;

	/**
	 * Offers what was read.
	 * @return whether there is something to do for the follow
	 */
	synchronized boolean offer(List<StoredEntry> batch) {
		if (this.tip == null) {
			return false;
		}
		for (StoredEntry entry : batch) {
			if (entry.id().isAfter(this.tip)) {
				if (this.entries.size() == CAPACITY) {
					this.tip = null;
					return true;
				}
				this.entries.add(entry);
				this.tip = entry.id();
			}
		}
		return !this.entries.isEmpty();
	}

	synchronized void join(EntryId tip) {
		this.tip = tip;
	}

	synchronized void leave() {
		this.tip = null;
	}

	/**
	 * Takes no more, and forgets what is there: the follow reads it again by itself.
	 */
	synchronized void abandon() {
		this.tip = null;
		this.entries = new ArrayList<>();
	}

	/**
	 * Takes out all that is there.
	 * @return the entries, in a list of the caller's own: what is offered later doesn't
	 * get into it
	 */
	synchronized List<StoredEntry> poll() {
		if (this.entries.isEmpty()) {
			return List.of();
		}
		List<StoredEntry> taken = this.entries;
		this.entries = new ArrayList<>();
		return taken;
	}

	/**
	 * Whether the follow has to read by itself, now that it has delivered all that was
	 * here.
	 */
	synchronized boolean isLeft() {
		return this.tip == null && this.entries.isEmpty();
	}

	synchronized boolean isEmpty() {
		return this.entries.isEmpty();
	}

}
