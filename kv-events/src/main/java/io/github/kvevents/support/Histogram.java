package io.github.kvevents.support;

/**
 * Counts values, which are never negative, in buckets: the same number of them for each
 * power of two, and one for each value below twice that number. Not safe for several
 * threads. For our packages.
 */
public final class Histogram {

	private final int logPerPower;

	private final int perPower;

	private final long[] buckets;

	private long count;

	private long max;

	/**
	 * Creates an empty histogram.
	 * @param logPerPower the binary logarithm of the number of buckets for each power of
	 * two: with 4 a quantile is at most a sixteenth too high
	 */
	public Histogram(int logPerPower) {
		this.logPerPower = logPerPower;
		this.perPower = 1 << logPerPower;
		this.buckets = new long[bucketOf(Long.MAX_VALUE) + 1];
	}

	/**
	 * Counts a value.
	 * @param value the value; a negative one counts as zero
	 */
	public void record(long value) {
		long counted = Math.max(0, value);
		this.buckets[bucketOf(counted)]++;
		this.count++;
		this.max = Math.max(this.max, counted);
	}

	/**
	 * Counts what another histogram has counted.
	 * @param other a histogram with the same number of buckets
	 */
	public void add(Histogram other) {
		for (int bucket = 0; bucket < this.buckets.length; bucket++) {
			this.buckets[bucket] += other.buckets[bucket];
		}
		this.count += other.count;
		this.max = Math.max(this.max, other.max);
	}

	/**
	 * How many values were counted.
	 * @return the number
	 */
	public long count() {
		return this.count;
	}

	/**
	 * The highest value.
	 * @return the value, zero if nothing was counted
	 */
	public long max() {
		return this.max;
	}

	/**
	 * A quantile of the values.
	 * @param part the quantile, from 0 to 1
	 * @return the upper bound of its bucket, never above the highest value; zero if
	 * nothing was counted
	 */
	public long quantile(double part) {
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

	private int bucketOf(long value) {
		if (value < this.perPower) {
			return (int) value;
		}
		int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - this.logPerPower;
		return shift * this.perPower + (int) (value >>> shift);
	}

	private long highestOf(int bucket) {
		if (bucket < 2 * this.perPower) {
			return bucket;
		}
		int shift = bucket / this.perPower - 1;
		return ((long) (bucket % this.perPower + this.perPower + 1) << shift) - 1;
	}

}
