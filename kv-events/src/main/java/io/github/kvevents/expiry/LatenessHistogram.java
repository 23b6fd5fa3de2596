package io.github.kvevents.expiry;

/**
 * Counts milliseconds in buckets: one for each value below 32, above that sixteen for
 * each power of two. Not safe for several threads.
 */
final class LatenessHistogram {

	private static final int PER_POWER = 16;

	private static final int LOG_PER_POWER = 4;

	private final long[] buckets = new long[bucketOf(Long.MAX_VALUE) + 1];

	private long count;

	private long max;

	void record(long millis) {
		long value = Math.max(0, millis);
		this.buckets[bucketOf(value)]++;
		this.count++;
		this.max = Math.max(this.max, value);
	}

	void add(LatenessHistogram other) {
		for (int bucket = 0; bucket < this.buckets.length; bucket++) {
			this.buckets[bucket] += other.buckets[bucket];
		}
		this.count += other.count;
		this.max = Math.max(this.max, other.max);
	}

	long count() {
		return this.count;
	}

	long max() {
		return this.max;
	}

	/**
	 * A quantile of the recorded values.
	 * @param part the quantile, from 0 to 1
	 * @return the upper bound of its bucket, zero if nothing was recorded
	 */
	long quantile(double part) {
		long rank = (long) Math.ceil(part * this.count);
		long seen = 0;
		for (int bucket = 0; bucket < this.buckets.length && rank > 0; bucket++) {
			seen += this.buckets[bucket];
			if (seen >= rank) {
				return Math.min(this.max, highestOf(bucket));
			}
		}
		return 0;
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
