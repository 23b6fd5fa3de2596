package io.github.kvevents.log.change;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * What a cursor found missing.
 *
 * @param after up to where everything was read
 * @param next where it reads on
 * @param earliest the earliest position that is left, where entries were removed before
 * they were read; {@code null} where the store lost entries that were read
 */
public record LogGap(KvPosition after, PartitionCursor next, @Nullable KvPosition earliest) {
}
