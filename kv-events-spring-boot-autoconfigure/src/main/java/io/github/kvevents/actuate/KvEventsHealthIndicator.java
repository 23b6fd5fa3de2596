package io.github.kvevents.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.util.Assert;

import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.store.KvStore;

/**
 * {@link HealthIndicator} that asks the store for a sign of life. It is down when the
 * store doesn't answer; how the notifications of expired keys are doing is told, but does
 * not change the status, since they are best effort.
 */
public class KvEventsHealthIndicator implements HealthIndicator {

	private static final Log logger = LogFactory.getLog(KvEventsHealthIndicator.class);

	private final KvStore store;

	private final Supplier<@Nullable NotificationStatus> notifications;

	/**
	 * Creates an indicator.
	 * @param store the store to ask
	 * @param notifications how the notifications are doing, {@code null} where there are
	 * none
	 */
	public KvEventsHealthIndicator(KvStore store, Supplier<@Nullable NotificationStatus> notifications) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(notifications, "'notifications' must not be null");
		this.store = store;
		this.notifications = notifications;
	}

	@Override
	public Health health() {
		Health.Builder health = Health.unknown().withDetail("store", this.store.getName());
		try {
			health.withDetails(this.store.ping()).up();
		}
		catch (Exception ex) {
			logger.debug("The store doesn't answer", ex);
			health.down(ex);
		}
		NotificationStatus status = this.notifications.get();
		if (status != null) {
			health.withDetail("notifications", details(status));
		}
		return health.build();
	}

	private static Map<String, Object> details(NotificationStatus status) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("mode", status.mode());
		details.put("state", status.state());
		details.put("received", status.received());
		details.put("dropped", status.dropped());
		if (!status.missingFlags().isEmpty()) {
			details.put("missingFlags", status.missingFlags());
		}
		if (status.configRefused()) {
			details.put("configRefused", true);
		}
		if (status.lastError() != null) {
			details.put("lastError", status.lastError());
		}
		return details;
	}

}
