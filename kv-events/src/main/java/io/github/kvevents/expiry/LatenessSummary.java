package io.github.kvevents.expiry;

import java.time.Duration;

/**
 * How late tracked expiries of the last minutes were. Quantiles are at most a sixteenth
 * too high, and never above the maximum.
 *
 * @param count how many there were; if none, the rest is zero
 * @param p50 the median
 * @param p99 what one in a hundred exceeded
 * @param max the highest
 */
public record LatenessSummary(long count, Duration p50, Duration p99, Duration max) {
}
