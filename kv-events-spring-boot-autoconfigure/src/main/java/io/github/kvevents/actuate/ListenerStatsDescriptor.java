package io.github.kvevents.actuate;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.listener.KvListenerStats;

/**
 * What a listener did in this instance, as the endpoint shows it: every field is always
 * there.
 *
 * @param processed events that were handled
 * @param failed attempts that failed
 * @param filtered events that it passed over
 * @param skipped events that were given up
 * @param deadLettered events that were put among the dead letters
 * @param gaps how often changes were missed
 * @param inFlight events that are being handled
 * @param retrying events that failed and wait for their next attempt
 * @param attempts how often the event among these failed that failed most often
 * @param lag entries of the partitions of this instance that are not done with
 * @param partitions how many partitions this instance has
 * @param lastProcessedAt when the last event was handled, {@code null} before the first
 * @param lastError the class of the last error, {@code null} before the first; its
 * message is left out, since it may hold a value
 */
@JsonInclude(Include.ALWAYS)
public record ListenerStatsDescriptor(long processed, long failed, long filtered, long skipped, long deadLettered,
		long gaps, int inFlight, int retrying, int attempts, long lag, int partitions,
		@Nullable Instant lastProcessedAt, @Nullable String lastError) {

	static ListenerStatsDescriptor of(KvListenerStats stats) {
		return new ListenerStatsDescriptor(stats.processed(), stats.failed(), stats.filtered(), stats.skipped(),
				stats.deadLettered(), stats.gaps(), stats.inFlight(), stats.retrying(), stats.attempts(), stats.lag(),
				stats.partitions(), stats.lastProcessedAt(), stats.lastError());
	}

}
