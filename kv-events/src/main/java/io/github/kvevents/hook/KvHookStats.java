package io.github.kvevents.hook;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a hook did since it was registered. The figures are read one after the other while
 * hooks run, so they may differ by what happened in between.
 *
 * @param invocations how often it was called, whatever the outcome
 * @param failures how often it threw, or could not be called because of recursion
 * @param timeouts how often it didn't end in time, or found no free thread in time
 * @param dropped events that an asynchronous hook was not called for, because its queue
 * was full, it was closed, or the application shut down
 * @param inFlight calls that have begun and not ended
 * @param meanMillis the mean duration of the calls that ended, in milliseconds
 * @param maxMillis the longest of them, in milliseconds
 * @param lastInvokedAt when the last call began, {@code null} before the first
 * @param lastError the name of the last error's class, {@code null} before the first;
 * without its message, which may hold a value
 */
public record KvHookStats(long invocations, long failures, long timeouts, long dropped, long inFlight,
		double meanMillis, double maxMillis, @Nullable Instant lastInvokedAt, @Nullable String lastError) {
}
