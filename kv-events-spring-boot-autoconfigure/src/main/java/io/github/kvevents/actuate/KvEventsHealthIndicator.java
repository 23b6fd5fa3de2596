package io.github.kvevents.actuate;

import java.time.Duration;
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
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.support.StoreFailure;

/**
 * {@link HealthIndicator} that pings the store. It is down if the store does not answer,
 * refuses a command that writes or deliveries need, or has another type under a key of
 * kv-events. A detail {@code warnings} says when expired keys are detected late, when the
 * server may evict the deadline index, and when an event that keeps failing blocks a
 * listener. A warning does not change the status: the instance works, and a restart,
 * which often follows a status that is not up, would not help. The status of keyspace
 * notifications is shown too; they are best effort.
 */
public class KvEventsHealthIndicator implements HealthIndicator {

	private static final Log logger = LogFactory.getLog(KvEventsHealthIndicator.class);

	/**
	 * A hundred times the interval of sweeps, and longer than the lease of an instance
	 * that died.
	 */
	private static final Duration SWEEP_BEHIND = Duration.ofSeconds(5);

	/**
	 * With the default back-off, about a minute and a half of failures.
	 */
	private static final int HELD_UP = 10;

	private final StoreReads reads = new StoreReads();

	private final KvStore store;

	private final @Nullable ExpiryMonitor expiry;

	private final @Nullable Supplier<NotificationStatus> notifications;

	private final @Nullable KvListenerRegistry listeners;

	/**
	 * Creates an indicator.
	 * @param store the store to ask
	 * @param expiry figures about tracked expiries, {@code null} if none are tracked
	 * @param notifications the status of keyspace notifications, {@code null} if there
	 * are none
	 * @param listeners the durable listeners, {@code null} if there are none
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
		long end = StoreReads.end();
		Health.Builder health = Health.unknown().withDetail("store", this.store.getName());
		try {
			health.withDetails(this.reads.read(end, this.store::ping)).up();
			List<String> warnings = new ArrayList<>();
			addTracking(health, warnings, end);
			if (this.listeners != null) {
				warnings.addAll(warnings(this.listeners));
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
	 * Adds the status of tracking. If the store refuses to report it, that is a warning,
	 * since the store answers.
	 */
	private void addTracking(Health.Builder health, List<String> warnings, long end) {
		if (this.expiry == null) {
			return;
		}
		TrackingActivity activity = this.expiry.getActivity();
		Map<String, Object> tracking = new LinkedHashMap<>();
		tracking.put("mode", activity.mode());
		tracking.put("state", activity.state());
		if (activity.mode() != TrackingMode.OFF) {
			try {
				TrackingStatus status = this.reads.read(end, this.expiry::getStatus);
				tracking.put("tracked", status.tracked());
				tracking.put("overdue", status.overdue());
				warnings.addAll(warnings(status));
			}
			catch (RuntimeException ex) {
				logger.debug("The status of expiries can't be read", ex);
				warnings.add("The store doesn't tell how tracked expiries are doing: " + reason(ex));
			}
		}
		health.withDetail("tracking", tracking);
	}

	private static List<String> warnings(TrackingStatus status) {
		List<String> warnings = new ArrayList<>();
		if (status.overdueBy().compareTo(SWEEP_BEHIND) > 0) {
			boolean swept = status.partitions()
				.stream()
				.anyMatch((partition) -> partition.overdue() > 0 && partition.leaseHolder() != null);
			warnings.add(("The sweep is behind: %d tracked deadlines have passed unnoticed, the earliest %d ms ago. "
					+ (swept ? "Is the server, or the instance that sweeps, overloaded?"
							: "No instance sweeps: is none running in which something receives expiries?"))
				.formatted(status.overdue(), status.overdueBy().toMillis()));
		}
		String policy = status.evictionPolicy();
		if (TrackingStatus.mayEvictIndex(policy)) {
			warnings
				.add(("The server's 'maxmemory-policy' is '%s': when memory is short it may remove the deadline index, "
						+ "and expiries are lost. Set it to 'noeviction' or to one of the 'volatile-' policies.")
					.formatted(policy));
		}
		return warnings;
	}

	private static List<String> warnings(KvListenerRegistry listeners) {
		return listeners.all()
			.stream()
			.filter((listener) -> isHeldUp(listener, listener.getStats()))
			.map((listener) -> warning(listener.getId(), listener.getStats()))
			.toList();
	}

	private static boolean isHeldUp(KvSubscription listener, KvListenerStats stats) {
		int limit = listener.getOptions().getMaxAttempts();
		return stats.attempts() >= ((limit > 0) ? Math.min(limit, HELD_UP) : HELD_UP);
	}

	private static String warning(String id, KvListenerStats stats) {
		return ("Listener '%s' is held up by an event that failed %d times, last with %s: mend the handler, or pass over "
				+ "the event with 'seek' or 'checkpoint'.")
			.formatted(id, stats.attempts(), stats.lastError());
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
