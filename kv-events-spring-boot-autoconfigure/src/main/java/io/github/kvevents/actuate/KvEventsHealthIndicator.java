package io.github.kvevents.actuate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.util.Assert;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.support.StoreFailure;

/**
 * {@link HealthIndicator} that asks the store for a sign of life, and is down when it
 * doesn't answer, refuses what writes or deliveries take, or has something else under a
 * key of kv-events that writes take. It warns, in a detail {@code warnings}, when expired
 * keys are noticed late, when the server may evict what tracking keeps there, and when an
 * event that keeps failing holds up a listener. A warning doesn't change the status: the
 * instance works, and to take it out of service or restart it, which is what follows a
 * status that isn't up, would make neither better. The status of the notifications of
 * expired keys is shown, too; they are best effort.
 */
public class KvEventsHealthIndicator implements HealthIndicator {

	private static final Log logger = LogFactory.getLog(KvEventsHealthIndicator.class);

	private final KvStore store;

	private final @Nullable ExpiryMonitor expiry;

	private final @Nullable Supplier<NotificationStatus> notifications;

	private final @Nullable KvListenerRegistry listeners;

	/**
	 * Creates an indicator.
	 * @param store the store to ask
	 * @param expiry what can be seen of tracked expiries, {@code null} where none are
	 * tracked
	 * @param notifications how the notifications are doing, {@code null} where there are
	 * none
	 * @param listeners the durable listeners, {@code null} where there are none
	 */
	public KvEventsHealthIndicator(KvStore store, @Nullable ExpiryMonitor expiry,
			@Nullable Supplier<NotificationStatus> notifications, @Nullable KvListenerRegistry listeners) {
		Assert.notNull(store, "'store' must not be null");
		this.store = store;
		this.expiry = expiry;
		this.notifications = notifications;
		this.listeners = listeners;
	}

	@Override
	public Health health() {
		Health.Builder health = Health.unknown().withDetail("store", this.store.getName());
		try {
			health.withDetails(this.store.ping()).up();
			List<String> warnings = new ArrayList<>();
			addTracking(health, warnings);
			if (this.listeners != null) {
				warnings.addAll(ListenerWarnings.of(this.listeners));
			}
			if (!warnings.isEmpty()) {
				health.withDetail("warnings", warnings);
			}
		}
		catch (Exception ex) {
			logger.debug("The store doesn't answer", ex);
			health.down(ex);
		}
		if (this.notifications != null) {
			health.withDetail("notifications", details(this.notifications.get()));
		}
		return health.build();
	}

	/**
	 * Adds the status of tracking. A status that the store refuses is a warning and not
	 * down, since the store answers.
	 */
	private void addTracking(Health.Builder health, List<String> warnings) {
		if (this.expiry == null) {
			return;
		}
		TrackingActivity activity = this.expiry.getActivity();
		Map<String, Object> tracking = new LinkedHashMap<>();
		tracking.put("mode", activity.mode());
		tracking.put("state", activity.state());
		if (activity.mode() != TrackingMode.OFF) {
			try {
				TrackingStatus status = this.expiry.getStatus();
				tracking.put("tracked", status.tracked());
				tracking.put("overdue", status.overdue());
				warnings.addAll(TrackingWarnings.of(status));
			}
			catch (RuntimeException ex) {
				logger.debug("The store doesn't tell how expiry is doing", ex);
				warnings.add("The store doesn't tell how tracked expiries are doing: " + reason(ex));
			}
		}
		health.withDetail("tracking", tracking);
	}

	private static String reason(RuntimeException failure) {
		if (StoreFailure.of(failure).isRefusal()) {
			return StoreFailure.remedy(failure);
		}
		return failure.getClass().getName()
				+ ((failure instanceof InvalidDataAccessResourceUsageException) ? ": " + failure.getMessage() : "");
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
