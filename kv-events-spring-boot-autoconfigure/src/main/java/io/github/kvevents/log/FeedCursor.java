package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.TailRead;

/**
 * How far one partition was read by the feed. It counts the entries, so that it finds out
 * what it missed also where reading went on behind it.
 */
final class FeedCursor {

	private static final long UNKNOWN = -1;

	private KvPosition position;

	/** How many entries the log had ever taken up to the position. */
	private long count = UNKNOWN;

	/** Behind here everything up to the position is among the recent changes. */
	private KvPosition recentAfter;

	/**
	 * Begins at the end of the log.
	 */
	FeedCursor(LogState state) {
		this(state.last());
		this.count = state.added();
	}

	FeedCursor(KvPosition position) {
		this.position = position;
		this.recentAfter = position;
	}

	KvPosition position() {
		return this.position;
	}

	boolean hasRecentAfter(KvPosition position) {
		return position.compareTo(this.recentAfter) >= 0;
	}

	void forgot(KvPosition recent) {
		if (recent.compareTo(this.recentAfter) > 0) {
			this.recentAfter = recent;
		}
	}

	void advance(TailRead read) {
		this.position = read.last();
		this.count = (this.count != UNKNOWN) ? this.count + read.count() : UNKNOWN;
	}

	/**
	 * Compares with what the log holds. What was missed is left behind.
	 * @return the place behind which to read on, {@code null} if nothing was missed
	 */
	@Nullable KvPosition compare(LogState state) {
		if (!state.last().equals(this.position)) {
			if (state.last().compareTo(this.position) < 0) {
				return reset(state.last(), state.added());
			}
			return isCutOff(state) ? reset(Place.earliest(state).behind(), state.added() - state.length()) : null;
		}
		if (this.count != UNKNOWN && this.count != state.added()) {
			return reset(state.last(), state.added());
		}
		this.count = state.added();
		return null;
	}

	private boolean isCutOff(LogState state) {
		return (this.count != UNKNOWN) ? state.added() - state.length() > this.count
				: state.isTrimmedAfter(this.position);
	}

	private KvPosition reset(KvPosition position, long count) {
		this.position = position;
		this.recentAfter = position;
		this.count = count;
		return position;
	}

}
