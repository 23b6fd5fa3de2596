package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Figures about the keys of a store that have a deadline.
 *
 * @param keys how many there are
 * @param overdue how many deadlines have passed without a published expiry
 * @param next the earliest deadline, {@code null} if there is none
 * @param overdueBy how long ago the earliest deadline passed, zero if it has not
 */
public record DeadlineSummary(long keys, long overdue, @Nullable Instant next, Duration overdueBy) {
}
