/**
 * Keyspace notifications: expiries of keys that other clients wrote.
 */
@NullMarked
package io.github.kvevents.redis.notification;

import org.jspecify.annotations.NullMarked;
