package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait, which may be for ever. Arithmetic can't overflow: what is longer than
 * a {@code long} of nanoseconds is {@link #NEVER}, never plus anything is never, and what
 * is negative is zero. For our packages.
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
	 * Some nanoseconds.
	 * @param nanos how many; none if negative
	 * @return the delay
	 */
	public static Delay ofNanos(long nanos) {
		return new Delay(nanos);
	}

	/**
	 * Some milliseconds.
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
	 * Whether this is for ever.
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
	 * When it is over.
	 * @param now now, in nanoseconds, as {@link System#nanoTime()} tells: may be
	 * negative, and may overflow
	 * @return that moment, to be compared by its difference only; for ever is the most
	 * that such a difference can be
	 */
	public long after(long now) {
		return now + this.nanos;
	}

	/**
	 * In milliseconds, rounded up: who waits must not wake a moment too early.
	 * @return the milliseconds
	 */
	public long toMillis() {
		return (this.nanos / NANOS_OF_A_MILLI) + ((this.nanos % NANOS_OF_A_MILLI != 0) ? 1 : 0);
	}

}
