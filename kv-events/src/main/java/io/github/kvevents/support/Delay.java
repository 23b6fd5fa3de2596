package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A time to wait, possibly for ever. Arithmetic can't overflow: anything longer than a
 * {@code long} of nanoseconds is {@link #NEVER}, never plus anything is never, and a
 * negative delay is zero. For our packages.
 *
 * @param nanos nanoseconds, not negative
 */
public record Delay(long nanos) {

	/**
	 * A wait that only an event ends.
	 */
	public static final Delay NEVER = new Delay(Long.MAX_VALUE);

	/**
	 * No wait.
	 */
	public static final Delay NONE = new Delay(0);

	private static final long NANOS_OF_A_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	public Delay {
		nanos = Math.max(0, nanos);
	}

	/**
	 * A delay in nanoseconds.
	 * @param nanos how many; none if negative
	 * @return the delay
	 */
	public static Delay ofNanos(long nanos) {
		return new Delay(nanos);
	}

	/**
	 * A delay in milliseconds.
	 * @param millis how many; none if negative, never if {@link Long#MAX_VALUE}
	 * @return the delay
	 */
	public static Delay ofMillis(long millis) {
		return new Delay(TimeUnit.MILLISECONDS.toNanos(millis));
	}

	/**
	 * A duration.
	 * @param duration the duration, which may be longer than 292 years
	 * @return the delay
	 */
	public static Delay of(Duration duration) {
		return new Delay(TimeUnit.NANOSECONDS.convert(duration));
	}

	/**
	 * Whether this delay never ends.
	 * @return whether only an event ends it
	 */
	public boolean isNever() {
		return this.nanos == Long.MAX_VALUE;
	}

	/**
	 * This delay, and a further one.
	 * @param other the further one
	 * @return the sum
	 */
	public Delay plus(Delay other) {
		long sum = this.nanos + other.nanos;
		return (sum >= 0) ? new Delay(sum) : NEVER;
	}

	/**
	 * The shorter of two.
	 * @param other the other one
	 * @return this or the other
	 */
	public Delay min(Delay other) {
		return (other.nanos < this.nanos) ? other : this;
	}

	/**
	 * The longer of two.
	 * @param other the other one
	 * @return this or the other
	 */
	public Delay max(Delay other) {
		return (other.nanos > this.nanos) ? other : this;
	}

	/**
	 * When the delay ends.
	 * @param now the current {@link System#nanoTime()}, which may be negative and may
	 * overflow
	 * @return that time, to be compared by difference only; {@link #NEVER} gives the
	 * largest possible difference
	 */
	public long after(long now) {
		return now + this.nanos;
	}

	/**
	 * In milliseconds, rounded up, so that a wait never ends early.
	 * @return the milliseconds
	 */
	public long toMillis() {
		return (this.nanos / NANOS_OF_A_MILLI) + ((this.nanos % NANOS_OF_A_MILLI != 0) ? 1 : 0);
	}

}
