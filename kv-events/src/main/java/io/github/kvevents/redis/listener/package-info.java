/**
 * Checkpoints, leases and dead letters of listeners in Redis.
 */
@NullMarked
package io.github.kvevents.redis.listener;

import org.jspecify.annotations.NullMarked;
