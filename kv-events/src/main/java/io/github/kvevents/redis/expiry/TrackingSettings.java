package io.github.kvevents.redis.expiry;

import java.time.Duration;

import org.springframework.util.Assert;

import io.github.kvevents.expiry.TrackingMode;

/**
 * How expiries are tracked. Starts from {@link #defaults()}; each method with an argument
 * returns a changed copy.
 *
 * @param mode which keys to track, by default {@link TrackingMode#AUTO}
 * @param sweepInterval how long to wait at most before looking for keys whose deadline
 * has passed, by default a second; a deadline that is known to be sooner is waited for
 * exactly
 * @param batchSize how many of these keys to look at in one call of the server, by
 * default 500, at most 1500
 * @param claimAfter how long an instance may be silent before another takes over what it
 * was telling its hooks of, by default 30 seconds
 * @param maxInFlight how many expiries an instance takes at a time, by default 1000; more
 * are taken when hooks are done
 * @param threads how many threads call the synchronous hooks, by default 4; the expiries
 * of one key come one after the other
 * @param maxLength how many expiries wait for hooks at most, about, by default 1,000,000;
 * beyond that the oldest are given up and counted
 * @param stopTimeout how long hooks may take to finish when the instance stops, by
 * default 10 seconds; what they have not finished is left to other instances
 */
public record TrackingSettings(TrackingMode mode, Duration sweepInterval, int batchSize, Duration claimAfter,
		int maxInFlight, int threads, long maxLength, Duration stopTimeout) {

	/**
	 * The most that {@code batchSize} can be.
	 */
	public static final int MAX_BATCH_SIZE = 1500;

	private static final TrackingSettings DEFAULTS = new TrackingSettings(TrackingMode.AUTO, Duration.ofSeconds(1), 500,
			Duration.ofSeconds(30), 1000, 4, 1_000_000, Duration.ofSeconds(10));

	public TrackingSettings {
		Assert.notNull(mode, "'mode' must not be null");
		requirePositive("sweepInterval", sweepInterval);
		Assert.isTrue(batchSize > 0 && batchSize <= MAX_BATCH_SIZE,
				() -> "'batchSize' must be from 1 to " + MAX_BATCH_SIZE + " but was " + batchSize);
		requirePositive("claimAfter", claimAfter);
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
		return new TrackingSettings(mode, this.sweepInterval, this.batchSize, this.claimAfter, this.maxInFlight,
				this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another way to sweep.
	 * @param interval how long to wait at most, at least a millisecond
	 * @param batchSize how many keys to look at in one call, from 1 to 1500
	 * @return a changed copy
	 */
	public TrackingSettings sweep(Duration interval, int batchSize) {
		return new TrackingSettings(this.mode, interval, batchSize, this.claimAfter, this.maxInFlight, this.threads,
				this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another time after which work is taken over.
	 * @param claimAfter how long an instance may be silent, at least a millisecond
	 * @return a changed copy
	 */
	public TrackingSettings claimAfter(Duration claimAfter) {
		return new TrackingSettings(this.mode, this.sweepInterval, this.batchSize, claimAfter, this.maxInFlight,
				this.threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with other bounds of the delivery.
	 * @param maxInFlight how many expiries an instance takes at a time, positive
	 * @param threads how many threads call the synchronous hooks, positive
	 * @return a changed copy
	 */
	public TrackingSettings delivery(int maxInFlight, int threads) {
		return new TrackingSettings(this.mode, this.sweepInterval, this.batchSize, this.claimAfter, maxInFlight,
				threads, this.maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another bound of what waits for hooks.
	 * @param maxLength how many expiries, about, positive
	 * @return a changed copy
	 */
	public TrackingSettings maxLength(long maxLength) {
		return new TrackingSettings(this.mode, this.sweepInterval, this.batchSize, this.claimAfter, this.maxInFlight,
				this.threads, maxLength, this.stopTimeout);
	}

	/**
	 * These settings with another time to finish.
	 * @param stopTimeout how long hooks may take, zero not to wait
	 * @return a changed copy
	 */
	public TrackingSettings stopTimeout(Duration stopTimeout) {
		return new TrackingSettings(this.mode, this.sweepInterval, this.batchSize, this.claimAfter, this.maxInFlight,
				this.threads, this.maxLength, stopTimeout);
	}

	private static void requirePositive(String name, Duration value) {
		Assert.notNull(value, () -> "'" + name + "' must not be null");
		Assert.isTrue(value.compareTo(Duration.ofMillis(1)) >= 0,
				() -> "'" + name + "' must be at least a millisecond but was " + value);
	}

}
