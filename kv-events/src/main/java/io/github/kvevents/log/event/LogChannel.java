package io.github.kvevents.log.event;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;

/**
 * One log and its follows, and up to where the common reader has read.
 */
final class LogChannel {

	private final String log;

	private final Set<EventLogFollow> follows = new CopyOnWriteArraySet<>();

	private @Nullable EntryId cursor;

	private long epoch;

	LogChannel(String log) {
		this.log = log;
	}

	String getLog() {
		return this.log;
	}

	Set<EventLogFollow> getFollows() {
		return this.follows;
	}

	/**
	 * Up to where the log was read.
	 * @return the position, {@code null} as long as no follow has said where to begin
	 */
	synchronized @Nullable EntryId getCursor() {
		return this.cursor;
	}

	/**
	 * Changes whenever ids may have begun anew.
	 */
	synchronized long getEpoch() {
		return this.epoch;
	}

	/**
	 * Lets a follow take part if it has all that was read so far. Otherwise it has to
	 * read on by itself.
	 * @param buffer the buffer of the follow
	 * @param position up to where it has all entries, with none behind in the store when
	 * it looked
	 * @param epoch the epoch to which that belongs
	 * @param lookedAt the cursor before it looked
	 * @return whether it is the first, and the common reader has to read this log, too
	 */
	synchronized boolean join(FollowBuffer buffer, EntryId position, long epoch, @Nullable EntryId lookedAt) {
		if (epoch != this.epoch) {
			return false;
		}
		boolean first = this.cursor == null;
		if (this.cursor == null) {
			this.cursor = position;
		}
		if (!this.cursor.isAfter(position)) {
			buffer.join(position);
		}
		else if (this.cursor.equals(lookedAt)) {
			// what lay between was removed since it was read
			buffer.join(this.cursor);
		}
		return first;
	}

	/**
	 * The common reader can't read the log.
	 */
	void fail(Throwable error) {
		this.follows.forEach((follow) -> follow.fail(error));
	}

	synchronized void publish(List<StoredEntry> entries) {
		this.cursor = entries.get(entries.size() - 1).id();
		this.follows.forEach((follow) -> follow.offer(entries));
	}

	/**
	 * The log was deleted or went back: resumes from a lower position, and makes every
	 * follow look where it stands.
	 */
	synchronized void reset(EntryId cursor) {
		this.cursor = cursor;
		this.epoch++;
		this.follows.forEach(EventLogFollow::leave);
	}

}
