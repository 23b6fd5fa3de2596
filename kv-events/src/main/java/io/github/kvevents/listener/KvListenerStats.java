package io.github.kvevents.listener;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a listener did in this instance since it was registered, and how it stands. The
 * figures are read one after the other while it works, so they may differ by what
 * happened in between.
 *
 * @param processed events that were handled
 * @param failed attempts that failed, whatever came of the event
 * @param filtered events that the filter left out
 * @param skipped events that were given up
 * @param deadLettered events that were put among the dead letters
 * @param gaps how often changes were missed
 * @param inFlight events that are being handled
 * @param retrying events that failed and wait for their next attempt
 * @param attempts how often the event among these failed that failed most often
 * @param lag entries of the partitions of this instance that are not done with, as of at
 * most a second ago; an estimate until the end of the log was first reached after a seek
 * or a gap
 * @param partitions how many partitions this instance has
 * @param lastProcessedAt when the last event was handled, {@code null} before the first
 * @param lastError the name of the last error's class, {@code null} before the first;
 * without its message, which may hold a value
 */
public record KvListenerStats(long processed, long failed, long filtered, long skipped, long deadLettered, long gaps,
		int inFlight, int retrying, int attempts, long lag, int partitions, @Nullable Instant lastProcessedAt,
		@Nullable String lastError) {
}
