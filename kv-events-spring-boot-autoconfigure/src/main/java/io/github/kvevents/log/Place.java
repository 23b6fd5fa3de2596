package io.github.kvevents.log;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LogState;

/**
 * Where to read on in one partition.
 *
 * @param position the position
 * @param inclusive whether an entry at this very position is read
 */
record Place(KvPosition position, boolean inclusive) {

	/**
	 * Where nothing is missing, whatever was removed before.
	 */
	static Place earliest(LogState state) {
		KvPosition first = state.first();
		if (first != null) {
			return new Place(first, true);
		}
		return (state.added() == 0) ? new Place(state.last(), false) : new Place(successor(state.last()), true);
	}

	/**
	 * Whether entries from here on may have been removed.
	 */
	boolean isTrimmed(LogState state) {
		return this.inclusive ? state.added() != state.length() && this.position.compareTo(earliest(state).position) < 0
				: state.isTrimmedAfter(this.position);
	}

	/**
	 * The place behind which to read. Where the position is included it is one that no
	 * entry has: sequences count from 0 in each millisecond.
	 */
	KvPosition behind() {
		return this.inclusive ? predecessor(this.position) : this.position;
	}

	static KvPosition predecessor(KvPosition position) {
		if (position.sequence() > 0) {
			return new KvPosition(position.partition(), position.millis(), position.sequence() - 1);
		}
		return (position.millis() > 0) ? new KvPosition(position.partition(), position.millis() - 1, Long.MAX_VALUE)
				: position;
	}

	private static KvPosition successor(KvPosition position) {
		return new KvPosition(position.partition(), position.millis(), position.sequence() + 1);
	}

	@Override
	public String toString() {
		return (this.inclusive ? "at " : "after ") + this.position;
	}

}
