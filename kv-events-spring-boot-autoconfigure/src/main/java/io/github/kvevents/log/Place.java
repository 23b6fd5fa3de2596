package io.github.kvevents.log;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LogState;

/**
 * Where to read on in one partition.
 *
 * @param position the position
 * @param inclusive whether an entry at this very position is read
 * @param count how many entries the log had ever taken before what is read from here on;
 * by it what was removed before can be told from what is missed. Less than 0 if unknown
 */
record Place(KvPosition position, boolean inclusive, long count) {

	private static final long UNKNOWN = -1;

	static Place at(KvPosition position) {
		return new Place(position, true, UNKNOWN);
	}

	static Place after(KvPosition position) {
		return new Place(position, false, UNKNOWN);
	}

	/**
	 * Behind a position at which the log has no entry, or another one than was read.
	 */
	static Place after(KvPosition position, LogState state) {
		KvPosition first = state.first();
		boolean inFront = first == null || position.compareTo(first) < 0;
		return new Place(position, false, inFront ? state.added() - state.length() : UNKNOWN);
	}

	/**
	 * Behind everything that the log ever had.
	 */
	static Place end(LogState state) {
		return new Place(state.last(), false, state.added());
	}

	/**
	 * Where nothing is missing, whatever was removed before.
	 */
	static Place earliest(LogState state) {
		KvPosition first = state.first();
		return (first != null) ? new Place(first, true, state.added() - state.length()) : end(state);
	}

	/**
	 * The earliest position, such that nothing is missing from there on, inclusively.
	 */
	static KvPosition earliestPosition(LogState state) {
		KvPosition first = state.first();
		return (first != null) ? first : ChangeLogStore.next(state.last());
	}

	/**
	 * The place behind entries that were read from here on.
	 * @param last the last of them
	 * @param entries how many
	 */
	Place next(KvPosition last, int entries) {
		return new Place(last, false, (this.count >= 0) ? this.count + entries : UNKNOWN);
	}

	/**
	 * The place behind an entry that was read before this one.
	 * @param position that of the entry
	 * @param entries how many were read behind it
	 */
	Place before(KvPosition position, long entries) {
		return new Place(position, false, (this.count >= 0) ? this.count - entries : UNKNOWN);
	}

	/**
	 * Whether entries from here on were removed, or may have been where the count isn't
	 * known.
	 */
	boolean isTrimmed(LogState state) {
		long removed = state.added() - state.length();
		if (this.count >= 0) {
			return removed > this.count;
		}
		return this.inclusive ? removed > 0 && this.position.compareTo(earliestPosition(state)) < 0
				: state.isTrimmedAfter(this.position);
	}

	/**
	 * Whether an entry that was at this place was lost, given that it isn't there and
	 * nothing was removed behind it.
	 */
	boolean isLost(LogState state) {
		long removed = state.added() - state.length();
		if (this.count >= 0) {
			return removed != this.count;
		}
		// of a log from which nothing was ever removed, no entry can be gone
		return removed == 0 || (state.first() != null && state.first().compareTo(this.position) <= 0);
	}

	/**
	 * The place behind which to read.
	 */
	KvPosition behind() {
		return this.inclusive ? ChangeLogStore.before(this.position) : this.position;
	}

	@Override
	public String toString() {
		return (this.inclusive ? "at " : "after ") + this.position;
	}

}
