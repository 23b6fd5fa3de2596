package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;

/**
 * The end of a listener in this instance: drains what is in flight, commits the progress
 * and releases all leases, unless the store is gone. Confined to the turns of the loop.
 */
final class SubscriptionShutdown {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private static final Delay RETRY = Delay.ofMillis(50);

	/** What handlers that are interrupted have to end. */
	private static final long INTERRUPTED_MILLIS = 1000;

	private final ListenerMembership membership;

	private final PendingDeliveries deliveries;

	private final DeliveryPolicy policy;

	private final Duration timeout;

	private final AssignedPartitions partitions;

	private final ShutdownDeadline deadline;

	private final Delay tick;

	private long nextTickAt;

	private long endsAt;

	private boolean begun;

	/**
	 * Creates an end.
	 * @param timeout how long handlers may take to end
	 * @param tick how often to renew leases while handlers end
	 */
	SubscriptionShutdown(ListenerMembership membership, AssignedPartitions partitions, PendingDeliveries deliveries,
			DeliveryPolicy policy, Duration timeout, Delay tick) {
		this.membership = membership;
		this.deliveries = deliveries;
		this.policy = policy;
		this.timeout = timeout;
		this.partitions = partitions;
		this.deadline = new ShutdownDeadline(membership::now);
		this.tick = tick;
	}

	/**
	 * Until when the store is waited for.
	 */
	ShutdownDeadline deadline() {
		return this.deadline;
	}

	/**
	 * Does what there is to do now.
	 * @return when to look again, {@code null} once this is over
	 */
	@Nullable Delay turn() {
		if (!this.begun) {
			this.begun = true;
			begin();
		}
		if (!this.partitions.all().isEmpty() && now() - this.endsAt < 0) {
			Delay pause = drain();
			if (!this.partitions.all().isEmpty()) {
				return pause.min(Delay.ofNanos(this.endsAt - now()));
			}
		}
		finish();
		return null;
	}

	private void begin() {
		this.deadline.stops();
		this.partitions.all().forEach((partition) -> partition.queue().leave());
		this.deliveries.setSuspended(false);
		this.deliveries.resumeDue(true);
		this.endsAt = Delay.of(this.timeout).after(now());
		this.nextTickAt = this.tick.after(now());
	}

	private void finish() {
		this.policy.stop();
		this.deliveries.close(INTERRUPTED_MILLIS);
		this.partitions.all().forEach((partition) -> ask(partition::release));
		this.partitions.clear();
		ask(() -> this.membership.leave());
		if (this.deadline.isOver()) {
			logger.warn("Listener '" + this.membership.listener()
					+ "' stopped without its store, which doesn't answer: what it "
					+ "handled last is redelivered, and no other instance takes over until its leases end");
		}
	}

	private Delay drain() {
		Delay pause = this.tick;
		if (now() - this.nextTickAt >= 0) {
			this.nextTickAt = this.tick.after(now());
			for (AssignedPartition partition : this.partitions.all()) {
				pause = pause.min(ask(() -> partition.renew(null, false)));
			}
		}
		this.deliveries.resumeDue(true);
		for (AssignedPartition partition : List.copyOf(this.partitions.all())) {
			if (this.deadline.isOver()) {
				this.partitions.leaveIfIdle(partition, false);
			}
			else {
				pause = pause.min(ask(partition::obey));
				pause = pause.min(ask(() -> this.partitions.leaveIfIdle(partition, true)));
			}
		}
		return pause;
	}

	/**
	 * Does something that needs the store, unless that is gone.
	 * @return how long to pause at most
	 */
	private Delay ask(Runnable work) {
		if (this.deadline.isOver()) {
			return this.tick;
		}
		this.deadline.asks();
		try {
			work.run();
			return this.tick;
		}
		catch (RuntimeException ex) {
			this.deadline.failed();
			logger.debug("The store failed while listener '" + this.membership.listener() + "' stops", ex);
			return RETRY;
		}
		finally {
			this.deadline.answered();
		}
	}

	private long now() {
		return this.membership.now();
	}

	/**
	 * Whether a listener that stops still counts on the store. A store that is gone may
	 * have a command wait for as long as its client lets it; nothing that is written then
	 * is worth that wait: other instances take over when the leases end.
	 */
	static final class ShutdownDeadline {

		/** What the store may take once the listener stops. */
		private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

		private final LongSupplier nanoTime;

		private volatile @Nullable Long askedAt;

		private volatile @Nullable Long stopsAt;

		private volatile boolean over;

		ShutdownDeadline(LongSupplier nanoTime) {
			this.nanoTime = nanoTime;
		}

		/**
		 * The loop is about to ask something of the store.
		 */
		void asks() {
			this.askedAt = this.nanoTime.getAsLong();
		}

		/**
		 * The store answered, or failed.
		 */
		void answered() {
			this.askedAt = null;
		}

		/**
		 * The listener stops.
		 */
		void stops() {
			if (this.stopsAt == null) {
				this.stopsAt = this.nanoTime.getAsLong();
			}
		}

		/**
		 * The store failed while the listener stops.
		 */
		void failed() {
			if (isLongAgo(this.stopsAt)) {
				this.over = true;
			}
		}

		/**
		 * Ends the patience if the loop has waited for the store too long. From any
		 * thread.
		 * @return whether to interrupt the loop
		 */
		boolean endsNow() {
			if (this.over || !isLongAgo(this.stopsAt) || !isLongAgo(this.askedAt)) {
				return false;
			}
			this.over = true;
			return true;
		}

		boolean isOver() {
			return this.over;
		}

		private boolean isLongAgo(@Nullable Long moment) {
			return moment != null && this.nanoTime.getAsLong() - moment >= NANOS;
		}

	}

}
