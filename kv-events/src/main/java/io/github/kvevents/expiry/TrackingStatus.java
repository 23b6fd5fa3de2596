package io.github.kvevents.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The pending deadlines and expiries of the whole namespace, by the clock of the store.
 *
 * @param partitions each partition, in their order
 * @param evictionPolicy the server's {@code maxmemory-policy}, {@code null} if it is
 * unknown or there is no server
 */
public record TrackingStatus(List<Partition> partitions, @Nullable String evictionPolicy) {

	public TrackingStatus {
		partitions = List.copyOf(partitions);
	}

	/**
	 * Whether a server may remove the deadline index when memory is short.
	 * @param evictionPolicy its {@code maxmemory-policy}, {@code null} if it is unknown
	 * @return whether it may remove keys without a time to live
	 */
	public static boolean mayEvictIndex(@Nullable String evictionPolicy) {
		return evictionPolicy != null && evictionPolicy.startsWith("allkeys-");
	}

	/**
	 * How many keys have a deadline whose expiry is not detected yet.
	 * @return the sum over the partitions
	 */
	public long tracked() {
		return sum(Partition::tracked);
	}

	/**
	 * How many of these deadlines have passed.
	 * @return the sum over the partitions
	 */
	public long overdue() {
		return sum(Partition::overdue);
	}

	/**
	 * How long ago the earliest deadline passed.
	 * @return zero if none has
	 */
	public Duration overdueBy() {
		return this.partitions.stream().map(Partition::overdueBy).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
	}

	/**
	 * The earliest deadline.
	 * @return {@code null} if nothing is tracked
	 */
	public @Nullable Instant nextDeadline() {
		return this.partitions.stream()
			.map(Partition::nextDeadline)
			.filter(Objects::nonNull)
			.min(Comparator.naturalOrder())
			.orElse(null);
	}

	/**
	 * How many detected expiries no instance has taken yet.
	 * @return the sum over the partitions
	 */
	public long waiting() {
		return sum(Partition::waiting);
	}

	/**
	 * How many expiries instances have taken and not acknowledged.
	 * @return the sum over the partitions
	 */
	public long pending() {
		return sum(Partition::pending);
	}

	private long sum(ToLongFunction<Partition> figure) {
		return this.partitions.stream().mapToLong(figure).sum();
	}

	/**
	 * One partition.
	 *
	 * @param tracked how many keys have a deadline whose expiry is not detected yet
	 * @param overdue how many of these deadlines have passed
	 * @param nextDeadline the earliest of them, {@code null} if there is none
	 * @param overdueBy how long ago that passed, zero if it has not
	 * @param leaseHolder the id of the owner of the sweep lease, {@code null} if there is
	 * none
	 * @param waiting how many expiries no instance has taken yet
	 * @param pendingByInstance how many each instance has taken and not acknowledged
	 */
	public record Partition(long tracked, long overdue, @Nullable Instant nextDeadline, Duration overdueBy,
			@Nullable String leaseHolder, long waiting, Map<String, Long> pendingByInstance) {

		public Partition {
			pendingByInstance = Map.copyOf(pendingByInstance);
		}

		/**
		 * How many expiries instances have taken and not acknowledged.
		 * @return the sum over the instances
		 */
		public long pending() {
			return this.pendingByInstance.values().stream().mapToLong(Long::longValue).sum();
		}

	}

}
