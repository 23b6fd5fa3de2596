package io.github.kvevents.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;

import io.github.kvevents.support.Histogram;

/**
 * The lateness of the expiries of the last ten minutes, in slots of ten seconds, for a
 * chart. A slot without an expiry needs no memory.
 */
final class LatenessSeries implements Consumer<Duration> {

	static final Duration SLOT = Duration.ofSeconds(10);

	static final int SLOTS = 60;

	/** Four buckets for each power of two. */
	private static final int PRECISION = 2;

	private final Clock clock;

	private final Deque<Slot> slots = new ArrayDeque<>();

	LatenessSeries(Clock clock) {
		this.clock = clock;
	}

	@Override
	public synchronized void accept(Duration lateness) {
		long number = current();
		removeOld(number);
		Slot slot = this.slots.peekLast();
		if (slot == null || slot.number != number) {
			slot = new Slot(number, new Histogram(PRECISION));
			this.slots.add(slot);
		}
		slot.lateness.record(lateness.toMillis());
	}

	/**
	 * The slots that have expiries, the oldest first.
	 */
	synchronized List<LatenessSlot> read() {
		removeOld(current());
		return this.slots.stream().map(Slot::summarize).toList();
	}

	private long current() {
		return this.clock.millis() / SLOT.toMillis();
	}

	private void removeOld(long current) {
		while (!this.slots.isEmpty() && this.slots.element().number <= current - SLOTS) {
			this.slots.remove();
		}
	}

	/**
	 * What is counted of ten seconds, in milliseconds.
	 */
	private record Slot(long number, Histogram lateness) {

		LatenessSlot summarize() {
			return new LatenessSlot(Instant.ofEpochMilli(this.number * SLOT.toMillis()), this.lateness.count(),
					this.lateness.quantile(0.5), this.lateness.quantile(0.99), this.lateness.max());
		}

	}

	/**
	 * The expiries of ten seconds, in milliseconds.
	 *
	 * @param at when the slot begins
	 * @param count how many there were, never zero
	 * @param p50Millis the median, at most a quarter too high
	 * @param p99Millis the 99th percentile, at most a quarter too high
	 * @param maxMillis the highest
	 */
	@JsonInclude(Include.ALWAYS)
	record LatenessSlot(Instant at, long count, long p50Millis, long p99Millis, long maxMillis) {
	}

}
