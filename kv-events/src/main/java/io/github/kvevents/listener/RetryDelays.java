package io.github.kvevents.listener;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: twice as long each time up to a bound, give
 * or take a fifth, so that listeners that failed together don't retry together.
 */
final class RetryDelays {

	private static final double JITTER = 0.2;

	private static final Duration LONGEST = Duration.ofDays(365);

	private final long initialNanos;

	private final long maxNanos;

	private final DoubleSupplier random;

	/**
	 * Creates an instance.
	 * @param random from 0 to 1
	 */
	RetryDelays(ListenerOptions options, DoubleSupplier random) {
		this.initialNanos = nanos(options.getInitialBackoff());
		this.maxNanos = nanos(options.getMaxBackoff());
		this.random = random;
	}

	private static long nanos(Duration duration) {
		return ((duration.compareTo(LONGEST) < 0) ? duration : LONGEST).toNanos();
	}

	/**
	 * The pause behind an attempt that failed.
	 * @param attempts how many failed so far, at least 1
	 */
	long nanosAfter(int attempts) {
		double delay = (double) this.initialNanos * Math.pow(2, Math.min(attempts - 1, 62));
		double varied = Math.min(delay, (double) this.maxNanos) * (1 - JITTER + 2 * JITTER * this.random.getAsDouble());
		return (long) Math.min(varied, (double) this.maxNanos);
	}

}
