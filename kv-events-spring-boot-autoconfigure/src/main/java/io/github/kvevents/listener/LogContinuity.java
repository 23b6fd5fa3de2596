package io.github.kvevents.listener;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * Finds out whether the log still is the one that a listener read: entries may have been
 * removed before it read them, and a store that fails over, restarts or is emptied may
 * lose the end of its log, behind which new entries then have lower places or other
 * contents.
 */
final class LogContinuity {

	private final ChangeLogStore log;

	LogContinuity(ChangeLogStore log) {
		this.log = log;
	}

	/**
	 * Whether the store no longer has what was read.
	 * @param read up to where
	 * @param operationId what was there, empty if that isn't known
	 */
	boolean isLost(LogState state, KvPosition read, String operationId) {
		if (state.last().compareTo(read) < 0) {
			return true;
		}
		if (operationId.isEmpty() || state.first() == null || read.compareTo(state.first()) < 0) {
			return false;
		}
		return !operationId.equals(operationAt(read));
	}

	/**
	 * Whether entries behind a place were removed before they were read.
	 * @param ordinal how many entries were added up to there, if that is known
	 */
	static boolean isTrimmed(LogState state, KvPosition read, long ordinal) {
		return (ordinal != Checkpoint.UNKNOWN) ? state.added() - state.length() > ordinal : state.isTrimmedAfter(read);
	}

	/**
	 * The newest place that the listener passed and the log still has.
	 * @return {@code null} if there is none
	 */
	@Nullable Checkpoint agreed(LogState state, Checkpoint checkpoint) {
		if (!isLost(state, checkpoint.position(), checkpoint.operationId())) {
			return checkpoint;
		}
		for (Trail.Mark mark : checkpoint.trail().marks()) {
			KvPosition position = mark.in(checkpoint.position().partition());
			if (mark.operationId().equals(operationAt(position))) {
				return Checkpoint.at(position, mark.operationId(), Checkpoint.UNKNOWN);
			}
		}
		return null;
	}

	/**
	 * What is at a place.
	 * @return empty if there is no entry
	 */
	String operationAt(KvPosition position) {
		List<LoggedChange> found = this.log.read(before(position), 1);
		return (!found.isEmpty() && found.get(0).position().equals(position)) ? found.get(0).operationId() : "";
	}

	/**
	 * The place in front of the first entry.
	 */
	static Checkpoint earliest(LogState state, int partition) {
		return Checkpoint.at(StartPosition.earliest().resolve(partition, state), "", state.added() - state.length());
	}

	/**
	 * The place of the last entry.
	 */
	Checkpoint latest(LogState state) {
		return Checkpoint.at(state.last(), operationAt(state.last()), state.added());
	}

	/**
	 * Any place; one that isn't in the log counts as the end that is nearer.
	 */
	Checkpoint at(LogState state, KvPosition position) {
		if (position.compareTo(state.last()) >= 0) {
			return latest(state);
		}
		return Checkpoint.at(position, operationAt(position), Checkpoint.UNKNOWN);
	}

	private static KvPosition before(KvPosition position) {
		if (position.sequence() > 0) {
			return new KvPosition(position.partition(), position.millis(), position.sequence() - 1);
		}
		return (position.millis() > 0) ? new KvPosition(position.partition(), position.millis() - 1, Long.MAX_VALUE)
				: position;
	}

}
