package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

/**
 * A key whose time to live ended.
 *
 * @param key the key
 * @param lastValue what it held
 * @param deadline when its time ended
 * @param lateness how much later the store noticed, never negative
 */
public record ExpiredKey(String key, byte[] lastValue, Instant deadline, Duration lateness) {
}
