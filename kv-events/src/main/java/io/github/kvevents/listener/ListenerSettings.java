package io.github.kvevents.listener;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How listeners share their work and stop. Starts from {@link #defaults()}.
 *
 * @param lease how long an instance may be silent before others take over its partitions,
 * by default 10 seconds
 * @param shutdownTimeout how long handlers may take to end when the listener stops, by
 * default 20 seconds; then they are interrupted
 */
public record ListenerSettings(Duration lease, Duration shutdownTimeout) {

	private static final ListenerSettings DEFAULTS = new ListenerSettings(Duration.ofSeconds(10),
			Duration.ofSeconds(20));

	public ListenerSettings {
		Assert.notNull(lease, "'lease' must not be null");
		Assert.isTrue(lease.compareTo(Duration.ofMillis(100)) >= 0,
				() -> "'lease' must be at least 100 milliseconds but was " + lease);
		Assert.notNull(shutdownTimeout, "'shutdownTimeout' must not be null");
		Assert.isTrue(!shutdownTimeout.isNegative(),
				() -> "'shutdownTimeout' must not be negative but was " + shutdownTimeout);
	}

	/**
	 * The settings to start from.
	 * @return the defaults
	 */
	public static ListenerSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * These settings with another lease.
	 * @param lease at least 100 milliseconds
	 * @return a changed copy
	 */
	public ListenerSettings lease(Duration lease) {
		return new ListenerSettings(lease, this.shutdownTimeout);
	}

	/**
	 * These settings with another time to finish.
	 * @param shutdownTimeout zero not to wait
	 * @return a changed copy
	 */
	public ListenerSettings shutdownTimeout(Duration shutdownTimeout) {
		return new ListenerSettings(this.lease, shutdownTimeout);
	}

}
