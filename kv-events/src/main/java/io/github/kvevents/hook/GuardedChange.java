package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;

/**
 * A change that guards are asked about.
 *
 * @param codec decodes the value, {@code null} if the engine has none
 */
public record GuardedChange(KvEventType type, String key, byte @Nullable [] value, @Nullable KvCodec codec) {
}
