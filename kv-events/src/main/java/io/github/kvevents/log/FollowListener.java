package io.github.kvevents.log;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Hears what a follow finds. The methods of one listener are called one after the other,
 * on threads of the event logs and never on one that reads from the network. A listener
 * may take its time: it holds up no other one, and what comes meanwhile stays in the
 * store until the listener is ready for it. It must be done before the log trims it,
 * though, or it gets a gap.
 * <p>
 * What a method throws is logged, counted in {@link Follow#getFailures()}, and that is
 * all: the entries of that call count as delivered, they aren't redelivered, and the
 * follow continues with those behind.
 */
@FunctionalInterface
public interface FollowListener {

	/**
	 * Entries that were added, each once and in order. The first call is for what was
	 * there when the follow was opened; it always comes and may have no entries. Later
	 * calls have at least one.
	 * @param entries the entries, oldest first, not to be changed
	 * @throws Exception if the listener can't handle them
	 */
	void onEntries(List<LogEntry> entries) throws Exception;

	/**
	 * Entries are missing between the last call of {@link #onEntries(List)} and the next.
	 * @param gap what is known about it
	 * @throws Exception if the listener can't handle it
	 */
	default void onGap(FollowGap gap) throws Exception {
	}

	/**
	 * The log was deleted, or its time to live ended. The follow stays open: a log that
	 * is made again under the same name is followed from its beginning. Comes at the
	 * latest a few seconds after the deletion, and before any entry of the new log.
	 * @param lastDelivered the last entry that the listener got, {@code null} if none
	 * @throws Exception if the listener can't handle it
	 */
	default void onDeleted(@Nullable EntryId lastDelivered) throws Exception {
	}

	/**
	 * The log can't be read at present, because the connection is lost or the store
	 * refuses. Called once for each outage; the follow retries by itself and resumes
	 * where it was.
	 * @param error what went wrong
	 * @throws Exception if the listener can't handle it
	 */
	default void onError(Throwable error) throws Exception {
	}

}
