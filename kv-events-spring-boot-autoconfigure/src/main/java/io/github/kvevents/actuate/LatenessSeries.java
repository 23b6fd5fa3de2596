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

/**
 * The lateness of the expiries of the last ten minutes, in slots of ten seconds, for a
 * chart. A slot without an expiry needs no memory.
 */
final class LatenessSeries implements Consumer<Duration> {

	static final Duration SLOT = Duration.ofSeconds(10);

	static final int SLOTS = 60;

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
			slot = new Slot(number);
			this.slots.add(slot);
		}
		slot.record(Math.max(0, lateness.toMillis()));
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
	 * Counts milliseconds in buckets, four for each power of two.
	 */
	private static final class Slot {

		private static final int LOG_PER_POWER = 2;

		private static final int PER_POWER = 1 << LOG_PER_POWER;

		private final long number;

		private final int[] buckets = new int[bucketOf(Long.MAX_VALUE) + 1];

		private long count;

		private long max;

		Slot(long number) {
			this.number = number;
		}

		void record(long millis) {
			this.buckets[bucketOf(millis)]++;
			this.count++;
			this.max = Math.max(this.max, millis);
		}

		LatenessSlot summarize() {
			return new LatenessSlot(Instant.ofEpochMilli(this.number * SLOT.toMillis()), this.count, quantile(0.5),
					quantile(0.99), this.max);
		}

		private long quantile(double part) {
			long rank = (long) Math.ceil(part * this.count);
			long seen = 0;
			for (int bucket = 0; bucket < this.buckets.length; bucket++) {
				seen += this.buckets[bucket];
				if (seen >= rank) {
					return Math.min(this.max, highestOf(bucket));
				}
			}
			return this.max;
		}

		private static int bucketOf(long value) {
			if (value < PER_POWER) {
				return (int) value;
			}
			int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - LOG_PER_POWER;
			return shift * PER_POWER + (int) (value >>> shift);
		}

		private static long highestOf(int bucket) {
			if (bucket < 2 * PER_POWER) {
				return bucket;
			}
			int shift = bucket / PER_POWER - 1;
			return ((long) (bucket % PER_POWER + PER_POWER + 1) << shift) - 1;
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
