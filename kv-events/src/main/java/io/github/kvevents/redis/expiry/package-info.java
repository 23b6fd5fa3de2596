/**
 * The deadline index in Redis: expired keys are swept, and their expiries delivered at
 * least once.
 */
@NullMarked
package io.github.kvevents.redis.expiry;

import org.jspecify.annotations.NullMarked;
