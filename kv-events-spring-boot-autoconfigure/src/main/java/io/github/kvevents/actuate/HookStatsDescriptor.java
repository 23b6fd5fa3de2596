package io.github.kvevents.actuate;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.hook.KvHookStats;

/**
 * What a hook did since it was registered: every field is always there.
 *
 * @param invocations how often it was called
 * @param failures how often it threw
 * @param timeouts how often it didn't end in time
 * @param dropped events that it was not called for
 * @param inFlight calls that have begun and not ended
 * @param meanMillis the mean duration of its calls, in milliseconds
 * @param maxMillis the longest of them, in milliseconds
 * @param lastInvokedAt when its last call began, {@code null} before the first
 * @param lastError the class of its last error, {@code null} before the first; its
 * message is left out, since it may hold a value
 */
@JsonInclude(Include.ALWAYS)
public record HookStatsDescriptor(long invocations, long failures, long timeouts, long dropped, long inFlight,
		double meanMillis, double maxMillis, @Nullable Instant lastInvokedAt, @Nullable String lastError) {

	static HookStatsDescriptor of(KvHookStats stats) {
		return new HookStatsDescriptor(stats.invocations(), stats.failures(), stats.timeouts(), stats.dropped(),
				stats.inFlight(), stats.meanMillis(), stats.maxMillis(), stats.lastInvokedAt(), stats.lastError());
	}

}
