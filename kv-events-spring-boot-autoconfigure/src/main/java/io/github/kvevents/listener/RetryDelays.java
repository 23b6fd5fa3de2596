package io.github.kvevents.listener;

import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: twice as long each time up to a bound, give
 * or take a fifth, so that listeners that failed together don't try again together.
 */
final class RetryDelays {

	private static final double JITTER = 0.2;

	private final long initialNanos;

	private final long maxNanos;

	private final DoubleSupplier random;

	/**
	 * Creates an instance.
	 * @param random from 0 to 1
	 */
	RetryDelays(ListenerOptions options, DoubleSupplier random) {
		this.initialNanos = options.getInitialBackoff().toNanos();
		this.maxNanos = options.getMaxBackoff().toNanos();
		this.random = random;
	}

	/**
	 * The pause behind an attempt that failed.
	 * @param attempts how many failed so far, at least 1
	 */
	long nanosAfter(int attempts) {
		double delay = this.initialNanos * Math.pow(2, Math.min(attempts - 1, 62));
		double varied = Math.min(delay, this.maxNanos) * (1 - JITTER + 2 * JITTER * this.random.getAsDouble());
		return (long) Math.min(varied, this.maxNanos);
	}

}
