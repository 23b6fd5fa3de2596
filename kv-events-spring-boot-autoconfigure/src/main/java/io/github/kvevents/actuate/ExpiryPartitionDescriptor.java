package io.github.kvevents.actuate;

import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.expiry.TrackingStatus;

/**
 * One partition of the deadline index, as the endpoint shows it: every field is always
 * there.
 *
 * @param partition its number
 * @param leaseHolder the id of the instance that looks for expired keys, {@code null} if
 * none does or it needs no lease
 * @param tracked how many keys have a deadline that no sweep has noticed yet
 * @param overdue how many of these deadlines have passed
 * @param nextDeadline the earliest deadline, {@code null} if there is none
 * @param waiting how many expiries no instance has taken yet
 * @param pending how many expiries each instance has taken and is not done with, by its
 * id
 */
@JsonInclude(Include.ALWAYS)
public record ExpiryPartitionDescriptor(int partition, @Nullable String leaseHolder, long tracked, long overdue,
		@Nullable Instant nextDeadline, long waiting, Map<String, Long> pending) {

	static ExpiryPartitionDescriptor of(int number, TrackingStatus.Partition partition) {
		return new ExpiryPartitionDescriptor(number, partition.leaseHolder(), partition.tracked(), partition.overdue(),
				partition.nextDeadline(), partition.waiting(), partition.pendingByInstance());
	}

}
