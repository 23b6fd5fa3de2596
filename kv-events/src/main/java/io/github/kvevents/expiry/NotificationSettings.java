package io.github.kvevents.expiry;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How to listen to the server's expiry notifications. Starts from {@link #defaults()};
 * each method with an argument returns a changed copy.
 *
 * @param mode how to use notifications, by default {@link NotificationMode#LISTEN}
 * @param database the only database whose expiries are received, by default 0
 * @param checkInterval how often the setting of the server is checked, besides each new
 * connection, by default 30 seconds
 * @param minBackOff the back-off after the first failed attempt to connect, by default
 * 200 milliseconds; it doubles with each further one
 * @param maxBackOff the longest back-off between two attempts, by default 10 seconds
 * @param dispatchThreads how many threads call the hooks, by default 4
 * @param queueCapacity how many expiries wait for one of these threads before further
 * ones are dropped and counted, by default 10,000
 */
public record NotificationSettings(NotificationMode mode, int database, Duration checkInterval, Duration minBackOff,
		Duration maxBackOff, int dispatchThreads, int queueCapacity) {

	private static final NotificationSettings DEFAULTS = new NotificationSettings(NotificationMode.LISTEN, 0,
			Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(10), 4, 10_000);

	public NotificationSettings {
		Assert.notNull(mode, "'mode' must not be null");
		Assert.isTrue(database >= 0, () -> "'database' must not be negative but was " + database);
		requirePositive("checkInterval", checkInterval);
		requirePositive("minBackOff", minBackOff);
		requirePositive("maxBackOff", maxBackOff);
		Assert.isTrue(maxBackOff.compareTo(minBackOff) >= 0,
				() -> "'maxBackOff' must not be shorter than 'minBackOff' (" + minBackOff + ") but was " + maxBackOff);
		Assert.isTrue(dispatchThreads > 0, () -> "'dispatchThreads' must be positive but was " + dispatchThreads);
		Assert.isTrue(queueCapacity > 0, () -> "'queueCapacity' must be positive but was " + queueCapacity);
	}

	/**
	 * The settings to start from.
	 * @return the defaults
	 */
	public static NotificationSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * These settings with another mode.
	 * @param mode how to use notifications
	 * @return a changed copy
	 */
	public NotificationSettings mode(NotificationMode mode) {
		return new NotificationSettings(mode, this.database, this.checkInterval, this.minBackOff, this.maxBackOff,
				this.dispatchThreads, this.queueCapacity);
	}

	/**
	 * These settings with another database.
	 * @param database the only database whose expiries are received, from 0
	 * @return a changed copy
	 */
	public NotificationSettings database(int database) {
		return new NotificationSettings(this.mode, database, this.checkInterval, this.minBackOff, this.maxBackOff,
				this.dispatchThreads, this.queueCapacity);
	}

	/**
	 * These settings with another check interval.
	 * @param checkInterval how often the setting of the server is checked, positive
	 * @return a changed copy
	 */
	public NotificationSettings checkInterval(Duration checkInterval) {
		return new NotificationSettings(this.mode, this.database, checkInterval, this.minBackOff, this.maxBackOff,
				this.dispatchThreads, this.queueCapacity);
	}

	/**
	 * These settings with another back-off between attempts to connect.
	 * @param min the back-off after the first failed attempt, at least a millisecond
	 * @param max the longest back-off, not shorter than {@code min}
	 * @return a changed copy
	 */
	public NotificationSettings backOff(Duration min, Duration max) {
		return new NotificationSettings(this.mode, this.database, this.checkInterval, min, max, this.dispatchThreads,
				this.queueCapacity);
	}

	/**
	 * These settings with other bounds of the dispatch.
	 * @param threads how many threads call the hooks, positive
	 * @param queueCapacity how many expiries wait for one of them, positive
	 * @return a changed copy
	 */
	public NotificationSettings dispatch(int threads, int queueCapacity) {
		return new NotificationSettings(this.mode, this.database, this.checkInterval, this.minBackOff, this.maxBackOff,
				threads, queueCapacity);
	}

	private static void requirePositive(String name, Duration value) {
		Assert.notNull(value, () -> "'" + name + "' must not be null");
		Assert.isTrue(value.compareTo(Duration.ofMillis(1)) >= 0,
				() -> "'" + name + "' must be at least a millisecond but was " + value);
	}

}
