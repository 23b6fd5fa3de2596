package io.github.kvevents.log;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.store.Lifetimes;

/**
 * How much an event log keeps. Immutable: each method returns new options.
 */
public final class EventLogOptions {

	private static final EventLogOptions DEFAULTS = new EventLogOptions(Integer.MAX_VALUE, null);

	private final int maxLength;

	private final @Nullable Duration timeToLiveAfterLastAdd;

	private EventLogOptions(int maxLength, @Nullable Duration timeToLiveAfterLastAdd) {
		this.maxLength = maxLength;
		this.timeToLiveAfterLastAdd = timeToLiveAfterLastAdd;
	}

	/**
	 * A log that keeps all its entries for ever.
	 * @return the options
	 */
	public static EventLogOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Keeps the newest entries only. Reading never returns more than these; the store may
	 * hold a few more for a while.
	 * @param maxLength how many entries, at least 1
	 * @return the options
	 */
	public EventLogOptions maxLength(int maxLength) {
		Assert.isTrue(maxLength >= 1, () -> "'maxLength' must be at least 1 but was " + maxLength);
		return new EventLogOptions(maxLength, this.timeToLiveAfterLastAdd);
	}

	/**
	 * Removes the whole log when nothing was added for a time. Each add begins the time
	 * anew.
	 * @param timeToLive the time, at least 1 ms, in milliseconds' precision
	 * @return the options
	 */
	public EventLogOptions timeToLiveAfterLastAdd(Duration timeToLive) {
		Assert.notNull(timeToLive, "'timeToLive' must not be null");
		Assert.isTrue(timeToLive.compareTo(Duration.ofMillis(1)) >= 0,
				() -> "'timeToLive' must be at least 1 ms but was " + timeToLive);
		Lifetimes.toMillis(timeToLive);
		return new EventLogOptions(this.maxLength, timeToLive);
	}

	/**
	 * How many entries the log keeps.
	 * @return the number, {@link Integer#MAX_VALUE} if there is no limit
	 */
	public int getMaxLength() {
		return this.maxLength;
	}

	/**
	 * How long the log stays after the last add.
	 * @return the time, or {@code null} for ever
	 */
	public @Nullable Duration getTimeToLiveAfterLastAdd() {
		return this.timeToLiveAfterLastAdd;
	}

	public boolean isBounded() {
		return this.maxLength != Integer.MAX_VALUE;
	}

}
