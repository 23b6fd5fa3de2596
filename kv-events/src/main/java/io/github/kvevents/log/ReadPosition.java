package io.github.kvevents.log;

import io.github.kvevents.KvPosition;

/**
 * Where to resume reading in one partition of the change log.
 *
 * @param position the position
 * @param inclusive whether an entry at this very position is read
 * @param count how many entries the log had ever taken before what is read from here on;
 * it distinguishes what was removed before from what is missed. Less than 0 if unknown
 */
public record ReadPosition(KvPosition position, boolean inclusive, long count) {

	/** The count of a position that was not read but given. */
	public static final long UNKNOWN = -1;

	/**
	 * A position; an entry at this very position is the first one read.
	 * @param position the position
	 * @return where to read
	 */
	public static ReadPosition at(KvPosition position) {
		return new ReadPosition(position, true, UNKNOWN);
	}

	/**
	 * Behind a position.
	 * @param position the position
	 * @return where to read
	 */
	public static ReadPosition after(KvPosition position) {
		return new ReadPosition(position, false, UNKNOWN);
	}

	@Override
	public String toString() {
		return (this.inclusive ? "at " : "after ") + this.position;
	}

}
