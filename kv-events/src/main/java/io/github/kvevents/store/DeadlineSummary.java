package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The keys of a store that have a deadline, as figures.
 *
 * @param keys how many there are
 * @param overdue how many of the deadlines have passed without anybody having been told
 * @param next the earliest deadline, {@code null} if there is none
 * @param overdueBy how long ago the earliest deadline passed, zero if it has not
 */
public record DeadlineSummary(long keys, long overdue, @Nullable Instant next, Duration overdueBy) {
}
