package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

/**
 * A point in a follow where the log has no longer what should stand there: entries were
 * trimmed or removed before they were read, or a failover took back entries that were
 * delivered already.
 *
 * @param lastDelivered the last entry that the listener got, {@code null} if none yet
 * @param next where the follow resumes
 * @param missed how many entries are missing, as far as the log knows: 0 if nothing is
 * missing but the log lost entries that were delivered, {@link #UNKNOWN} if that isn't
 * known
 */
public record FollowGap(@Nullable EntryId lastDelivered, EntryId next, long missed) {

	/** It isn't known how many entries are missing. */
	public static final long UNKNOWN = -1;

}
