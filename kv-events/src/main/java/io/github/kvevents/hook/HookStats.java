package io.github.kvevents.hook;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Counts what one hook does. Each call is a {@link #begin()} and, when it really ended,
 * an {@link #end(long)}.
 */
final class HookStats {

	private static final double NANOS_PER_MILLI = 1_000_000.0;

	private static final long NEVER = Long.MIN_VALUE;

	private final Clock clock;

	private final LongSupplier nanoTime;

	private final LongAdder invocations = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder timeouts = new LongAdder();

	private final LongAdder dropped = new LongAdder();

	private final LongAdder ended = new LongAdder();

	private final LongAdder totalNanos = new LongAdder();

	private final AtomicLong maxNanos = new AtomicLong();

	private volatile long lastInvokedAt = NEVER;

	private volatile @Nullable String lastError;

	HookStats(Clock clock, LongSupplier nanoTime) {
		this.clock = clock;
		this.nanoTime = nanoTime;
	}

	/**
	 * Counts the beginning of a call.
	 * @return what to pass when it ends
	 */
	long begin() {
		this.invocations.increment();
		this.lastInvokedAt = this.clock.millis();
		return this.nanoTime.getAsLong();
	}

	void end(long begun) {
		long nanos = this.nanoTime.getAsLong() - begun;
		this.ended.increment();
		this.totalNanos.add(nanos);
		if (nanos > this.maxNanos.get()) {
			this.maxNanos.accumulateAndGet(nanos, Math::max);
		}
	}

	void failed(Throwable cause) {
		this.failures.increment();
		this.lastError = cause.getClass().getName();
	}

	void timedOut(Throwable cause) {
		this.timeouts.increment();
		this.lastError = cause.getClass().getName();
	}

	void dropped() {
		this.dropped.increment();
	}

	KvHookStats snapshot() {
		// ended first: a call that ends in between may not make the others negative
		long endedNow = this.ended.sum();
		long invocationsNow = this.invocations.sum();
		long last = this.lastInvokedAt;
		double mean = (endedNow > 0) ? this.totalNanos.sum() / NANOS_PER_MILLI / endedNow : 0;
		return new KvHookStats(invocationsNow, this.failures.sum(), this.timeouts.sum(), this.dropped.sum(),
				invocationsNow - endedNow, mean, this.maxNanos.get() / NANOS_PER_MILLI,
				(last != NEVER) ? Instant.ofEpochMilli(last) : null, this.lastError);
	}

}
