package io.github.kvevents.expiry;

import java.time.Duration;

/**
 * The lateness of the tracked expiries of the last minutes. Quantiles are at most a
 * sixteenth too high, and never above the maximum.
 *
 * @param count the number of expiries; if zero, the rest is zero
 * @param p50 the median
 * @param p99 the 99th percentile
 * @param max the highest
 */
public record LatenessSummary(long count, Duration p50, Duration p99, Duration max) {
}
