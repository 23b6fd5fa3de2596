package io.github.kvevents.listener;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.support.PageSize;

/**
 * Creates the partitions that an instance has acquired, each at its checkpoint. Confined
 * to the thread of the loop.
 */
final class PartitionOpener {

	private final ListenerMembership membership;

	private final TruncationDetector truncation;

	private final ListenerOptions options;

	private final PendingDeliveries deliveries;

	private final DeliveryPolicy policy;

	private final GapReporter gaps;

	private final Map<Integer, ProcessedHistory> processed;

	/**
	 * Creates an opener.
	 * @param processed what this instance knows to be done with in each partition since
	 * it started
	 */
	PartitionOpener(ListenerMembership membership, TruncationDetector truncation, ListenerOptions options,
			PendingDeliveries deliveries, DeliveryPolicy policy, GapReporter gaps,
			Map<Integer, ProcessedHistory> processed) {
		this.membership = membership;
		this.truncation = truncation;
		this.options = options;
		this.deliveries = deliveries;
		this.policy = policy;
		this.gaps = gaps;
		this.processed = processed;
	}

	/**
	 * Creates a partition at its checkpoint.
	 * @param now when the lease was asked for
	 */
	AssignedPartition open(int partition, Acquisition acquisition, long now) {
		LogState state = this.truncation.state(partition);
		// a listener that begins sees what the log is now
		this.truncation.pages().forget(partition);
		ProcessedHistory processed = this.processed.computeIfAbsent(partition, (number) -> new ProcessedHistory());
		KvPosition lostAfter = this.truncation.lostAfter(state, processed);
		Checkpoint stored = acquisition.checkpoint();
		Checkpoint checkpoint = (stored != null) ? stored
				: this.truncation.start(state, partition, processed, this.options.getStartAt());
		Lease lease = this.membership.lease(partition, acquisition);
		PartitionLease held = new PartitionLease(this.membership, lease, processed, checkpoint.history(),
				acquisition.paused(), now);
		PartitionReader reader = new PartitionReader(this.truncation, this.options.getBatchSize(), checkpoint, state);
		PartitionQueue queue = new PartitionQueue(held, reader, acquisition.deadLettered(), this.deliveries,
				this.policy, PageSize.readAheadBytes(this.membership.partitions()));
		AssignedPartition assigned = new AssignedPartition(held, reader, queue, this.deliveries, this.gaps,
				this.policy::wakeLoop);
		assigned.begin(stored == null, lostAfter);
		return assigned;
	}

}
