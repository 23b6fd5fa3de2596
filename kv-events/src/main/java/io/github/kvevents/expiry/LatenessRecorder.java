package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.springframework.util.Assert;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.support.Histogram;

/**
 * Records the lateness of the tracked expiries of the last minutes: from the deadline to
 * the detection, both by the clock of the store. Time in a queue of hooks is not part of
 * the lateness; the number of pending expiries shows it.
 * <p>
 * It does not depend on a meter registry, whose timers have quantiles only on request. A
 * meter is a listener of this recorder.
 */
public final class LatenessRecorder implements Consumer<KvExpiredEvent> {

	/**
	 * The period that a summary covers at least; it covers twice as much at most.
	 */
	public static final Duration WINDOW = Duration.ofMinutes(5);

	/** Sixteen buckets for each power of two. */
	private static final int PRECISION = 4;

	private final LongSupplier nanoTime;

	private final List<Consumer<Duration>> listeners = new CopyOnWriteArrayList<>();

	private Histogram current = new Histogram(PRECISION);

	private Histogram previous = new Histogram(PRECISION);

	private long currentSince;

	/**
	 * Creates an empty recorder.
	 */
	public LatenessRecorder() {
		this(System::nanoTime);
	}

	LatenessRecorder(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.currentSince = nanoTime.getAsLong();
	}

	/**
	 * Adds a listener that receives each lateness.
	 * @param listener called on the threads of the hooks, must be quick
	 */
	public void addListener(Consumer<Duration> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.listeners.add(listener);
	}

	/**
	 * Records an expiry. One detected by a keyspace notification has no lateness and is
	 * ignored.
	 * @param event the expiry
	 */
	@Override
	public void accept(KvExpiredEvent event) {
		Duration lateness = event.getLateness();
		if (lateness == null) {
			return;
		}
		synchronized (this) {
			turn();
			this.current.record(lateness.toMillis());
		}
		this.listeners.forEach((listener) -> listener.accept(lateness));
	}

	/**
	 * Summarizes the lateness of expiries.
	 * @return the figures of the last five to ten minutes
	 */
	public synchronized LatenessSummary summarize() {
		turn();
		Histogram both = new Histogram(PRECISION);
		both.add(this.previous);
		both.add(this.current);
		return new LatenessSummary(both.count(), Duration.ofMillis(both.quantile(0.5)),
				Duration.ofMillis(both.quantile(0.99)), Duration.ofMillis(both.max()));
	}

	/**
	 * Discards figures that are too old.
	 */
	private void turn() {
		long now = this.nanoTime.getAsLong();
		long windows = (now - this.currentSince) / WINDOW.toNanos();
		if (windows > 0) {
			this.previous = (windows == 1) ? this.current : new Histogram(PRECISION);
			this.current = new Histogram(PRECISION);
			this.currentSince += windows * WINDOW.toNanos();
		}
	}

	/**
	 * The lateness of the tracked expiries of the last minutes. Quantiles are at most a
	 * sixteenth too high, and never above the maximum.
	 *
	 * @param count the number of expiries; if zero, the rest is zero
	 * @param p50 the median
	 * @param p99 the 99th percentile
	 * @param max the highest
	 */
	public record LatenessSummary(long count, Duration p50, Duration p99, Duration max) {
	}

}
