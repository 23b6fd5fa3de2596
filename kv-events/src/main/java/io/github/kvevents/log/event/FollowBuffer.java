package io.github.kvevents.log.event;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.support.PageSize;

/**
 * What a follow has still to deliver of what the common reader has read. When it is full,
 * in entries or in bytes, the follow leaves the reader: it takes no more, so that neither
 * memory grows nor others wait, and has to read from the store by itself until it joins
 * again.
 */
final class FollowBuffer {

	static final int CAPACITY = 1024;

	private List<StoredEntry> entries = new ArrayList<>();

	private long bytes;

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
				if (isFullFor(entry)) {
					this.tip = null;
					return true;
				}
				this.entries.add(entry);
				this.bytes += entry.bytes();
				this.tip = entry.id();
			}
		}
		return !this.entries.isEmpty();
	}

	/**
	 * One entry fits in any case, however large it is.
	 */
	private boolean isFullFor(StoredEntry entry) {
		return this.entries.size() == CAPACITY
				|| (!this.entries.isEmpty() && this.bytes + entry.bytes() > PageSize.readAheadBytes(1));
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
		this.bytes = 0;
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
		this.bytes = 0;
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
