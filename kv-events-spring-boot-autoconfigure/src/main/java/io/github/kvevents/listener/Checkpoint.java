package io.github.kvevents.listener;

import io.github.kvevents.KvPosition;

/**
 * Up to where a partition is done with.
 *
 * @param position the place of the last entry that is
 * @param operationId the operation of that very entry, by which it is recognised; empty
 * if it is not known or there is no entry
 * @param ordinal how many entries were ever added up to there, {@link #UNKNOWN} if that
 * is not known
 * @param trail earlier places
 */
record Checkpoint(KvPosition position, String operationId, long ordinal, Trail trail) {

	static final long UNKNOWN = -1;

	/**
	 * A place that was not reached by reading.
	 */
	static Checkpoint at(KvPosition position, String operationId, long ordinal) {
		return new Checkpoint(position, operationId, ordinal, Trail.EMPTY);
	}

}
