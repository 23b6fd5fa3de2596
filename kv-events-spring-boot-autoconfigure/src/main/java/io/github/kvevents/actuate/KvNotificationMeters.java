package io.github.kvevents.actuate;

import java.util.function.Supplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.util.Assert;

import io.github.kvevents.expiry.NotificationStatus;

/**
 * Counts keyspace notifications of expired keys, as
 * {@code kv.expiry.notifications.received} and {@code kv.expiry.notifications.dropped}.
 */
public final class KvNotificationMeters implements MeterBinder {

	private final Supplier<NotificationStatus> status;

	/**
	 * Creates an instance.
	 * @param status returns the status of keyspace notifications
	 */
	public KvNotificationMeters(Supplier<NotificationStatus> status) {
		Assert.notNull(status, "'status' must not be null");
		this.status = status;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		FunctionCounter.builder("kv.expiry.notifications.received", this.status, (status) -> status.get().received())
			.description("Notifications that the server sent about keys of this application")
			.register(registry);
		FunctionCounter.builder("kv.expiry.notifications.dropped", this.status, (status) -> status.get().dropped())
			.description("Notifications that were dropped because too many waited for their hooks")
			.register(registry);
	}

}
