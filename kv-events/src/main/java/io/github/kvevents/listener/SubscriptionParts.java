package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.kvevents.listener.ListenerStore.Holder;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;

/**
 * What the partitions of one listener share.
 *
 * @param processed what this instance knows to be done with in each partition since it
 * started: by it a store that lost its data differs from a listener that is new
 */
record SubscriptionParts(String id, String instance, ListenerOptions options, ListenerSettings settings,
		KvEventHandler handler, ChangeLogStore log, ListenerStore store, TruncationDetector truncation, Lanes lanes,
		DeliveryPolicy policy, GapReporter gaps, LongSupplier nanoTime, Map<Integer, ProcessedHistory> processed) {

	private static final Duration LET_THROUGH = Duration.ofMillis(50);

	/** How often to look whether another instance has obeyed. */
	private static final long LOOK_MILLIS = 20;

	int partitions() {
		return this.log.getSettings().namespace().partitions();
	}

	/**
	 * How many events may be redelivered after a crash: a batch, and what is in flight.
	 */
	int windowSize() {
		return this.options.getBatchSize() + this.options.getConcurrency() - 1;
	}

	/**
	 * What an event comes in order with: its key or, if one is handled at a time anyway,
	 * the whole partition.
	 */
	Object lane(LoggedChange change) {
		return (this.options.getConcurrency() > 1) ? change.key() : change.position().partition();
	}

	ProcessedHistory processedIn(int partition) {
		return this.processed.computeIfAbsent(partition, (number) -> new ProcessedHistory());
	}

	/**
	 * Waits a moment for events that were let through before this instance knew of an
	 * order, so that they have reached the handler when it says that it obeys.
	 */
	void awaitLetThrough() {
		try {
			this.lanes.awaitCurrent(LET_THROUGH);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Waits until other instances have obeyed an order, or their leases have ended: then
	 * they begin nothing any more either.
	 */
	void awaitObeyed(List<Holder> holders) throws InterruptedException {
		long begun = this.nanoTime.getAsLong();
		for (Holder holder : holders) {
			long lasts = TimeUnit.MILLISECONDS.toNanos(holder.endsInMillis());
			boolean other = !holder.lease().instance().equals(this.instance);
			while (other && this.nanoTime.getAsLong() - begun < lasts && !this.store.hasObeyed(holder)) {
				TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
			}
		}
	}

}
