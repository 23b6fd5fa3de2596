package io.github.kvevents.listener;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore.LogState;

/**
 * How many entries of a partition are behind a checkpoint, without reading them.
 */
final class Lag {

	private Lag() {
	}

	/**
	 * Exact where it is known how many entries were added up to the checkpoint; otherwise
	 * as if entries came at an even pace.
	 */
	static long of(LogState state, @Nullable Checkpoint checkpoint) {
		KvPosition first = state.first();
		if (first == null) {
			return 0;
		}
		if (checkpoint == null || checkpoint.position().compareTo(first) < 0) {
			return state.length();
		}
		if (checkpoint.ordinal() != Checkpoint.UNKNOWN) {
			return Math.max(0, state.added() - checkpoint.ordinal());
		}
		long behind = state.last().millis() - checkpoint.position().millis();
		if (checkpoint.position().compareTo(state.last()) >= 0) {
			return 0;
		}
		double part = (double) behind / Math.max(1, state.last().millis() - first.millis());
		return Math.max(1, Math.round(state.length() * part));
	}

}
