package io.github.kvevents.listener;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.support.Alarm;

/**
 * The end of a listener in this instance: lets what is being handled end, writes how far
 * it is and gives everything back, unless the store is gone. For the thread of the loop.
 */
final class LoopEnding {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private static final long RETRY_MILLIS = 50;

	/** What handlers that are interrupted have to end. */
	private static final long INTERRUPTED_MILLIS = 1000;

	private final SubscriptionParts parts;

	private final OwnedPartitions partitions;

	private final Alarm alarm;

	private final StorePatience patience;

	private final long tickMillis;

	private long nextTickAt;

	/**
	 * Creates an end.
	 * @param tickMillis how often to renew leases while handlers end
	 */
	LoopEnding(SubscriptionParts parts, OwnedPartitions partitions, Alarm alarm, StorePatience patience,
			long tickMillis) {
		this.parts = parts;
		this.partitions = partitions;
		this.alarm = alarm;
		this.patience = patience;
		this.tickMillis = tickMillis;
	}

	void run() {
		this.patience.stops();
		this.partitions.all().forEach(OwnedPartition::leave);
		this.parts.lanes().setSuspended(false);
		this.parts.lanes().resumeDue(true);
		long end = now() + this.parts.settings().shutdownTimeout().toNanos();
		this.nextTickAt = now() + TimeUnit.MILLISECONDS.toNanos(this.tickMillis);
		while (!this.partitions.all().isEmpty() && now() - end < 0) {
			this.alarm.reset();
			long pause = turn();
			if (!this.partitions.all().isEmpty()) {
				this.alarm.doze(pause);
			}
		}
		this.parts.policy().stop();
		this.parts.lanes().close(INTERRUPTED_MILLIS);
		this.partitions.all().forEach((partition) -> ask(partition::release));
		this.partitions.clear();
		ask(() -> this.parts.store().leave(this.parts.id(), this.parts.instance()));
		if (this.patience.isOver()) {
			logger.warn("Listener '" + this.parts.id() + "' stopped without its store, which doesn't answer: what it "
					+ "handled last comes again, and no other instance goes on until its leases end");
		}
	}

	private long turn() {
		long pause = this.tickMillis;
		if (now() - this.nextTickAt >= 0) {
			this.nextTickAt = now() + TimeUnit.MILLISECONDS.toNanos(this.tickMillis);
			for (OwnedPartition partition : this.partitions.all()) {
				pause = Math.min(pause, ask(partition::renew));
			}
		}
		this.parts.lanes().resumeDue(true);
		for (OwnedPartition partition : List.copyOf(this.partitions.all())) {
			if (this.patience.isOver()) {
				this.partitions.leaveIfIdle(partition, false);
			}
			else {
				pause = Math.min(pause, ask(() -> this.partitions.leaveIfIdle(partition, true)));
			}
		}
		return pause;
	}

	/**
	 * Does something that needs the store, unless that is gone.
	 * @return how long to pause at most, in milliseconds
	 */
	private long ask(Runnable work) {
		if (this.patience.isOver()) {
			return this.tickMillis;
		}
		this.patience.asks();
		try {
			work.run();
			return this.tickMillis;
		}
		catch (RuntimeException ex) {
			this.patience.failed();
			logger.debug("The store failed while listener '" + this.parts.id() + "' stops", ex);
			return RETRY_MILLIS;
		}
		finally {
			this.patience.answered();
		}
	}

	private long now() {
		return this.parts.nanoTime().getAsLong();
	}

}
