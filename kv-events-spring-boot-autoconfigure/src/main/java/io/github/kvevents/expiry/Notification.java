package io.github.kvevents.expiry;

import java.time.Instant;

/**
 * The server notified that a key expired.
 *
 * @param name the name of the key in Redis
 * @param key the key, as the application names it
 * @param occurredAt when the notification came in
 */
record Notification(byte[] name, String key, Instant occurredAt) {
}
