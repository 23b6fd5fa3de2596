package io.github.kvevents.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.util.Assert;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.expiry.LatenessRecorder.LatenessSummary;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.support.StoreFailure;

/**
 * {@link Endpoint @Endpoint} that shows figures about expiries, without keys: the pending
 * expiries of the fleet, as the store reports them, and the activity of this instance. If
 * the store can't be reached, or takes longer than two seconds, only the activity is
 * shown, with the error.
 */
@Endpoint(id = "kvexpiry")
public class KvExpiryEndpoint {

	private static final Log logger = LogFactory.getLog(KvExpiryEndpoint.class);

	private static final TrackingActivity OFF = new TrackingActivity(TrackingMode.OFF, TrackingActivity.State.OFF, 0, 0,
			0);

	private final StoreReads reads = new StoreReads();

	private final @Nullable ExpiryMonitor monitor;

	private final LatenessRecorder lateness;

	private final @Nullable Supplier<NotificationStatus> notifications;

	/**
	 * Creates an endpoint.
	 * @param monitor figures about tracked expiries, {@code null} if none are tracked
	 * @param lateness their lateness
	 * @param notifications the status of keyspace notifications, {@code null} if there
	 * are none
	 */
	public KvExpiryEndpoint(@Nullable ExpiryMonitor monitor, LatenessRecorder lateness,
			@Nullable Supplier<NotificationStatus> notifications) {
		Assert.notNull(lateness, "'lateness' must not be null");
		this.monitor = monitor;
		this.lateness = lateness;
		this.notifications = notifications;
	}

	/**
	 * Shows the figures. Asks the store unless tracking is off.
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
				status = this.reads.read(this.monitor::getStatus);
			}
			catch (RuntimeException ex) {
				logger.debug("The status of expiries can't be read", ex);
				error = StoreFailure.of(ex).isRefusal() ? StoreFailure.remedy(ex) : ex.getClass().getName();
			}
		}
		return ExpiryDescriptor.of(this.monitor, activity, status, error, this.lateness.summarize(), notifications);
	}

	/**
	 * The response of the endpoint. Each field is always present; those that the store
	 * reports are {@code null} if it was not asked or did not answer.
	 *
	 * @param instance the id of this instance, {@code null} if nothing is tracked
	 * @param mode which keys this instance tracks
	 * @param lastValue for which of them it keeps the last value, {@code null} if nothing
	 * is tracked
	 * @param state the state of tracking in this instance
	 * @param storeReachable whether the store answered, {@code null} if it wasn't asked
	 * @param storeError the class of the failure if it did not, without its message
	 * @param tracked how many keys of the namespace have a deadline that no sweep has
	 * found expired
	 * @param overdue how many of these deadlines have passed
	 * @param overdueMillis how long ago the earliest of them passed, in milliseconds
	 * @param nextDeadline the earliest deadline
	 * @param waiting how many expiries no instance has taken yet
	 * @param pending how many expiries instances have taken and their hooks have not
	 * finished
	 * @param delivered how many expiries this instance delivered to its hooks
	 * @param redelivered how many of them an instance had taken before
	 * @param trimmed how many this instance gave up because too many waited
	 * @param unreceived how many this instance acknowledged without a hook that selects
	 * them
	 * @param lateness the lateness of the expiries that this instance received
	 * @param evictionPolicy the server's {@code maxmemory-policy}
	 * @param partitions the figures of each partition
	 * @param notifications the status of keyspace notifications, {@code null} if there
	 * are none
	 */
	@JsonInclude(Include.ALWAYS)
	public record ExpiryDescriptor(@Nullable String instance, TrackingMode mode, @Nullable LastValueMode lastValue,
			TrackingActivity.State state, @Nullable Boolean storeReachable, @Nullable String storeError,
			@Nullable Long tracked, @Nullable Long overdue, @Nullable Long overdueMillis,
			@Nullable Instant nextDeadline, @Nullable Long waiting, @Nullable Long pending, long delivered,
			long redelivered, long trimmed, long unreceived, LatenessDescriptor lateness,
			@Nullable String evictionPolicy, List<ExpiryPartitionDescriptor> partitions,
			@Nullable NotificationStatus notifications) implements OperationResponseBody {

		static ExpiryDescriptor of(@Nullable ExpiryMonitor monitor, TrackingActivity activity,
				@Nullable TrackingStatus status, @Nullable String error, LatenessSummary lateness,
				@Nullable NotificationStatus notifications) {
			String instance = (monitor != null) ? monitor.instanceId() : null;
			LastValueMode lastValue = (monitor != null && activity.mode() != TrackingMode.OFF) ? monitor.lastValue()
					: null;
			LatenessDescriptor summary = LatenessDescriptor.of(lateness);
			if (status == null) {
				return new ExpiryDescriptor(instance, activity.mode(), lastValue, activity.state(),
						(error != null) ? false : null, error, null, null, null, null, null, null, activity.delivered(),
						activity.redelivered(), activity.trimmed(), activity.unreceived(), summary, null, List.of(),
						notifications);
			}
			return new ExpiryDescriptor(instance, activity.mode(), lastValue, activity.state(), true, null,
					status.tracked(), status.overdue(), status.overdueBy().toMillis(), status.nextDeadline(),
					status.waiting(), status.pending(), activity.delivered(), activity.redelivered(),
					activity.trimmed(), activity.unreceived(), summary, status.evictionPolicy(), partitions(status),
					notifications);
		}

		private static List<ExpiryPartitionDescriptor> partitions(TrackingStatus status) {
			return IntStream.range(0, status.partitions().size())
				.mapToObj((partition) -> ExpiryPartitionDescriptor.of(partition, status.partitions().get(partition)))
				.toList();
		}

		/**
		 * The lateness of tracked expiries in the last five to ten minutes, in
		 * milliseconds.
		 *
		 * @param count how many there were
		 * @param p50Millis the median, {@code null} if there were none
		 * @param p99Millis the 99th percentile, {@code null} if there were none
		 * @param maxMillis the highest, {@code null} if there were none
		 */
		@JsonInclude(Include.ALWAYS)
		public record LatenessDescriptor(long count, @Nullable Long p50Millis, @Nullable Long p99Millis,
				@Nullable Long maxMillis) {

			static LatenessDescriptor of(LatenessSummary summary) {
				return (summary.count() == 0) ? new LatenessDescriptor(0, null, null, null) : new LatenessDescriptor(
						summary.count(), summary.p50().toMillis(), summary.p99().toMillis(), summary.max().toMillis());
			}

		}

	}

	/**
	 * One partition of the deadline index. Each field is always present.
	 *
	 * @param partition its number
	 * @param leaseHolder the id of the instance that sweeps, {@code null} if none does or
	 * none needs a lease
	 * @param tracked how many keys have a deadline that no sweep has found expired
	 * @param overdue how many of these deadlines have passed
	 * @param nextDeadline the earliest deadline, {@code null} if there is none
	 * @param waiting how many expiries no instance has taken yet
	 * @param pending by the id of each instance, how many expiries it has taken and not
	 * finished
	 */
	@JsonInclude(Include.ALWAYS)
	public record ExpiryPartitionDescriptor(int partition, @Nullable String leaseHolder, long tracked, long overdue,
			@Nullable Instant nextDeadline, long waiting, Map<String, Long> pending) {

		static ExpiryPartitionDescriptor of(int number, TrackingStatus.Partition partition) {
			return new ExpiryPartitionDescriptor(number, partition.leaseHolder(), partition.tracked(),
					partition.overdue(), partition.nextDeadline(), partition.waiting(), partition.pendingByInstance());
		}

	}

}
