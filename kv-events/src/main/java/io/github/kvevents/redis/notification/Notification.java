package io.github.kvevents.redis.notification;

import java.time.Instant;

/**
 * The server notified that a key expired.
 *
 * @param name the name of the key in Redis
 * @param key the key, as the application names it
 * @param occurredAt when the notification came in
 */
public record Notification(byte[] name, String key, Instant occurredAt) {
}
