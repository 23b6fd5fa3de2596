package io.github.kvevents.redis.doctor;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.kvevents.expiry.NotificationStatus;

/**
 * How an application uses its Redis servers: what doesn't concern it is not applicable.
 *
 * @param keeps whether kv-events keeps more than plain keys there: deadlines or the
 * change log
 * @param notifications the status of keyspace notifications
 * @param replicated whether the servers are configured as ones that have replicas
 */
public record ServerUse(BooleanSupplier keeps, Supplier<NotificationStatus> notifications, boolean replicated) {
}
