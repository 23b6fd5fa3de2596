package io.github.kvevents.expiry;

import java.time.Instant;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How tracking is doing: a snapshot, without any key. What isn't said to be this
 * instance's is the namespace's, as the server tells.
 *
 * @param mode the configured mode of this instance
 * @param tracked how many keys have a deadline in the index
 * @param overdue how many of these deadlines have passed by the server's clock
 * @param nextDeadline the earliest deadline, {@code null} if nothing is tracked
 * @param leaseHolders the ids of the instances that sweep, one for each partition that is
 * swept
 * @param waiting how many expiries the hooks have not finished, taken by an instance or
 * not
 * @param pending how many of them an instance has taken
 * @param delivered how many expiries this instance has told its hooks of since it was
 * created
 * @param redelivered how many of them had been taken before, by another instance or by
 * this one
 * @param givenUp how many expiries this instance found to be too many to wait
 */
public record TrackingStatus(TrackingMode mode, long tracked, long overdue, @Nullable Instant nextDeadline,
		Set<String> leaseHolders, long waiting, long pending, long delivered, long redelivered, long givenUp) {
}
