package io.github.kvevents.redis.notification;

import java.time.Instant;

/**
 * A notification of the server that a key expired.
 *
 * @param name the name of the key in Redis
 * @param key the key, as the application names it
 * @param occurredAt when the notification arrived
 */
public record Notification(byte[] name, String key, Instant occurredAt) {
}
