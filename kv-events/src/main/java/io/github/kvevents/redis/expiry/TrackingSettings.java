package io.github.kvevents.redis.expiry;

import java.time.Duration;

import org.springframework.util.Assert;

import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingMode;

/**
 * How expiries are tracked. Starts from {@link #defaults()}; each method with an argument
 * returns a changed copy.
 *
 * @param mode which keys to track, by default {@link TrackingMode#AUTO}
 * @param lastValue for which of them to keep the last value, by default
 * {@link LastValueMode#AUTO}
 * @param sweepInterval the longest time between two sweeps for keys whose deadline has
 * passed, by default a second; an earlier known deadline is met exactly
 * @param batchSize how many of these keys one script call processes, by default 500, at
 * most 1500
 * @param claimAfter how long an expiry may be idle before another instance claims it, by
 * default 30 seconds; what is longer than 30,000 days counts as that
 * @param maxInFlight how many expiries an instance has in flight at most, by default 1000
 * @param threads how many threads call the synchronous hooks, by default 4; the expiries
 * of one key are delivered in order
 * @param maxLength how many expiries wait for hooks at most, approximately, by default
 * 1,000,000; beyond that the oldest are dropped and counted
 * @param stopTimeout how long hooks may take to finish when the instance stops, by
 * default 10 seconds; unfinished expiries are left to other instances
 */
public record TrackingSettings(TrackingMode mode, LastValueMode lastValue, Duration sweepInterval, int batchSize,
		Duration claimAfter, int maxInFlight, int threads, long maxLength, Duration stopTimeout) {

	/**
	 * The most that {@code batchSize} can be.
	 */
	public static final int MAX_BATCH_SIZE = 1500;

	/** As good as for ever, and three times this is still a number of nanoseconds. */
	private static final Duration CENTURY = Duration.ofDays(30_000);

	private static final TrackingSettings DEFAULTS = new TrackingSettings(TrackingMode.AUTO, LastValueMode.AUTO,
			Duration.ofSeconds(1), 500, Duration.ofSeconds(30), 1000, 4, 1_000_000, Duration.ofSeconds(10));

	public TrackingSettings {
		Assert.notNull(mode, "'mode' must not be null");
		Assert.notNull(lastValue, "'lastValue' must not be null");
		requirePositive("sweepInterval", sweepInterval);
		Assert.isTrue(batchSize > 0 && batchSize <= MAX_BATCH_SIZE,
				() -> "'batchSize' must be from 1 to " + MAX_BATCH_SIZE + " but was " + batchSize);
		requirePositive("claimAfter", claimAfter);
		claimAfter = (claimAfter.compareTo(CENTURY) < 0) ? claimAfter : CENTURY;
		Assert.isTrue(maxInFlight > 0, () -> "'maxInFlight' must be positive but was " + maxInFlight);
		Assert.isTrue(threads > 0, () -> "'threads' must be positive but was " + threads);
		Assert.isTrue(maxLength > 0, () -> "'maxLength' must be positive but was " + maxLength);
		Assert.notNull(stopTimeout, "'stopTimeout' must not be null");
		Assert.isTrue(!stopTimeout.isNegative(), () -> "'stopTimeout' must not be negative but was " + stopTimeout);
	}

	/**
	 * The settings to start from.
	 * @return the defaults
	 */
	public static TrackingSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * These settings with another mode.
	 * @param mode which keys to track
	 * @return a changed copy
	 */
	public TrackingSettings mode(TrackingMode mode) {
		return new TrackingSettings(mode, this.lastValue, this.sweepInterval, this.batchSize, this.claimAfter,
				this.maxInFlight, this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another choice of the keys whose last value is kept.
	 * @param lastValue for which tracked keys to keep it
	 * @return a changed copy
	 */
	public TrackingSettings lastValue(LastValueMode lastValue) {
		return new TrackingSettings(this.mode, lastValue, this.sweepInterval, this.batchSize, this.claimAfter,
				this.maxInFlight, this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another way to sweep.
	 * @param interval the longest time between two sweeps, at least a millisecond
	 * @param batchSize how many keys one script call processes, from 1 to 1500
	 * @return a changed copy
	 */
	public TrackingSettings sweep(Duration interval, int batchSize) {
		return new TrackingSettings(this.mode, this.lastValue, interval, batchSize, this.claimAfter, this.maxInFlight,
				this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another time after which work is taken over.
	 * @param claimAfter how long an expiry may be idle, at least a millisecond
	 * @return a changed copy
	 */
	public TrackingSettings claimAfter(Duration claimAfter) {
		return new TrackingSettings(this.mode, this.lastValue, this.sweepInterval, this.batchSize, claimAfter,
				this.maxInFlight, this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with other bounds of the delivery.
	 * @param maxInFlight how many expiries an instance has in flight at most, positive
	 * @param threads how many threads call the synchronous hooks, positive
	 * @return a changed copy
	 */
	public TrackingSettings delivery(int maxInFlight, int threads) {
		return new TrackingSettings(this.mode, this.lastValue, this.sweepInterval, this.batchSize, this.claimAfter,
				maxInFlight, threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another bound of what waits for hooks.
	 * @param maxLength approximately how many expiries, positive
	 * @return a changed copy
	 */
	public TrackingSettings maxLength(long maxLength) {
		return new TrackingSettings(this.mode, this.lastValue, this.sweepInterval, this.batchSize, this.claimAfter,
				this.maxInFlight, this.threads, maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another time to finish.
	 * @param stopTimeout how long hooks may take, zero not to wait
	 * @return a changed copy
	 */
	public TrackingSettings stopTimeout(Duration stopTimeout) {
		return new TrackingSettings(this.mode, this.lastValue, this.sweepInterval, this.batchSize, this.claimAfter,
				this.maxInFlight, this.threads, this.maxLength, stopTimeout);
	}

	private static void requirePositive(String name, Duration value) {
		Assert.notNull(value, () -> "'" + name + "' must not be null");
		Assert.isTrue(value.compareTo(Duration.ofMillis(1)) >= 0,
				() -> "'" + name + "' must be at least a millisecond but was " + value);
	}

}
