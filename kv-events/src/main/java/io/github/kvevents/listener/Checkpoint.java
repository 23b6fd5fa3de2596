package io.github.kvevents.listener;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.LoggedChange;

/**
 * Up to where a partition is done with.
 *
 * @param position the position of the last entry that is
 * @param operationId the operation of that very entry, by which it is recognised; empty
 * if it is not known or there is no entry
 * @param ordinal how many entries were ever added up to there, {@link #UNKNOWN} if that
 * is not known
 * @param history earlier positions
 */
public record Checkpoint(KvPosition position, String operationId, long ordinal, CheckpointHistory history) {

	static final long UNKNOWN = ReadPosition.UNKNOWN;

	/**
	 * The position of an entry that was read some entries further on.
	 */
	Checkpoint next(LoggedChange change, int entries) {
		return new Checkpoint(change.position(), change.operationId(), further(this.ordinal, entries), this.history);
	}

	/**
	 * The same position, with how many entries were added up to there.
	 */
	Checkpoint withOrdinal(long ordinal) {
		return new Checkpoint(this.position, this.operationId, ordinal, this.history);
	}

	/**
	 * The cursor of a reader that resumes here.
	 */
	PartitionCursor cursor() {
		return new PartitionCursor(new ReadPosition(this.position, false, this.ordinal));
	}

	boolean isOf(LoggedChange change) {
		return this.position.equals(change.position()) && this.operationId.equals(change.operationId());
	}

	static long further(long ordinal, int entries) {
		return (ordinal != UNKNOWN) ? ordinal + entries : ordinal;
	}

	/**
	 * A position that was not reached by reading.
	 */
	static Checkpoint at(KvPosition position, String operationId, long ordinal) {
		return new Checkpoint(position, operationId, ordinal, CheckpointHistory.EMPTY);
	}

}
