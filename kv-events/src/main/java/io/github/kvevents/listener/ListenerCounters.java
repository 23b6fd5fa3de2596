package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * Counts what a listener does in this instance.
 */
final class ListenerCounters {

	private static final long NEVER = Long.MIN_VALUE;

	private final Clock clock;

	private final LongAdder processed = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder filtered = new LongAdder();

	private final LongAdder skipped = new LongAdder();

	private final LongAdder deadLettered = new LongAdder();

	private final LongAdder gaps = new LongAdder();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final Set<Delivery> retrying = ConcurrentHashMap.newKeySet();

	private volatile long lastProcessedAt = NEVER;

	private volatile @Nullable String lastError;

	ListenerCounters(Clock clock) {
		this.clock = clock;
	}

	void begun() {
		this.inFlight.incrementAndGet();
	}

	void ended() {
		this.inFlight.decrementAndGet();
	}

	void processed() {
		this.processed.increment();
		this.lastProcessedAt = this.clock.millis();
	}

	void failed(Throwable cause) {
		this.failed.increment();
		this.lastError = cause.getClass().getName();
	}

	void filtered() {
		this.filtered.increment();
	}

	void skipped() {
		this.skipped.increment();
	}

	void deadLettered() {
		this.deadLettered.increment();
	}

	void gap() {
		this.gaps.increment();
	}

	void retries(Delivery delivery) {
		this.retrying.add(delivery);
	}

	void retriesNoMore(Delivery delivery) {
		this.retrying.remove(delivery);
	}

	KvListenerStats snapshot(Collection<AssignedPartition> partitions) {
		long lag = partitions.stream().mapToLong((partition) -> partition.queue().lag()).sum();
		int attempts = this.retrying.stream().mapToInt(Delivery::attempts).max().orElse(0);
		long last = this.lastProcessedAt;
		return new KvListenerStats(this.processed.sum(), this.failed.sum(), this.filtered.sum(), this.skipped.sum(),
				this.deadLettered.sum(), this.gaps.sum(), this.inFlight.get(), this.retrying.size(), attempts, lag,
				partitions.size(), (last != NEVER) ? Instant.ofEpochMilli(last) : null, this.lastError);
	}

}
