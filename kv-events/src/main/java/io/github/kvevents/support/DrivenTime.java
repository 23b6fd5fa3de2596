package io.github.kvevents.support;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import org.springframework.util.Assert;

/**
 * The time that a test drives, in place of the system's. Stores in memory expire keys by
 * it, and listeners retry by it, but only when {@link BackgroundWork#beginDue()} is
 * called: they have no thread that waits for it. For our packages.
 *
 * @param clock the time, which may be set back only while no work is pending
 */
public record DrivenTime(Clock clock) {

	public DrivenTime {
		Assert.notNull(clock, "'clock' must not be null");
	}

	/**
	 * The time in nanoseconds since the epoch, which suffices until the year 2262.
	 * @return the time, to be compared with others of this kind only
	 */
	public long nanos() {
		Instant now = this.clock.instant();
		return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
	}

	/**
	 * The reverse of {@link #nanos()}.
	 * @param nanos nanoseconds since the epoch
	 * @return the time
	 */
	public static Instant ofNanos(long nanos) {
		return Instant.EPOCH.plusNanos(nanos);
	}

}
