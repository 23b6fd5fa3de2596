package io.github.kvevents.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a batch. Some writes of a batch may fail: the caller publishes those
 * that were applied, then throws the failure.
 *
 * @param results a result for each element that was passed, in the same order
 * @param failure the first failure, or {@code null} if there was none
 * @param <T> the type of a result
 */
public record StoreBatch<T>(List<T> results, @Nullable RuntimeException failure) {
}
