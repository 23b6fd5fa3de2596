package io.github.kvevents.actuate;

import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.util.Assert;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.support.StoreFailure;

/**
 * {@link Endpoint @Endpoint} that shows how expiry is doing, in figures and without any
 * key: what the fleet has still to do, as the store reports it, and what this instance
 * did. Where the store isn't reached it shows the latter and says so.
 */
@Endpoint(id = "kvexpiry")
public class KvExpiryEndpoint {

	private static final Log logger = LogFactory.getLog(KvExpiryEndpoint.class);

	private static final TrackingActivity OFF = new TrackingActivity(TrackingMode.OFF, TrackingActivity.State.OFF, 0, 0,
			0);

	private final @Nullable ExpiryMonitor monitor;

	private final LatenessRecorder lateness;

	private final @Nullable Supplier<NotificationStatus> notifications;

	/**
	 * Creates an endpoint.
	 * @param monitor what can be seen of tracked expiries, {@code null} where none are
	 * tracked
	 * @param lateness how late they were
	 * @param notifications how the server's notifications are doing, {@code null} where
	 * there are none
	 */
	public KvExpiryEndpoint(@Nullable ExpiryMonitor monitor, LatenessRecorder lateness,
			@Nullable Supplier<NotificationStatus> notifications) {
		Assert.notNull(lateness, "'lateness' must not be null");
		this.monitor = monitor;
		this.lateness = lateness;
		this.notifications = notifications;
	}

	/**
	 * Shows how expiry is doing. Asks the store unless tracking is switched off.
	 * @return the figures
	 */
	@ReadOperation
	public ExpiryDescriptor expiry() {
		TrackingActivity activity = (this.monitor != null) ? this.monitor.getActivity() : OFF;
		NotificationStatus notifications = (this.notifications != null) ? this.notifications.get() : null;
		TrackingStatus status = null;
		String error = null;
		if (this.monitor != null && activity.mode() != TrackingMode.OFF) {
			try {
				status = this.monitor.getStatus();
			}
			catch (RuntimeException ex) {
				logger.debug("The store doesn't tell how expiry is doing", ex);
				error = StoreFailure.of(ex).isRefusal() ? StoreFailure.remedy(ex) : ex.getClass().getName();
			}
		}
		return ExpiryDescriptor.of((this.monitor != null) ? this.monitor.instanceId() : null, activity, status, error,
				this.lateness.summarize(), notifications);
	}

}
