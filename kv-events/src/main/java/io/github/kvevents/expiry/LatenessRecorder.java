package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.springframework.util.Assert;

import io.github.kvevents.KvExpiredEvent;

/**
 * Remembers how late the tracked expiries of the last minutes were: from the deadline to
 * the moment at which it was noticed, both by the clock of the store. That a hook had to
 * wait for its turn isn't lateness; it is seen in what is pending.
 * <p>
 * It doesn't depend on a meter registry, whose timers have quantiles only where the
 * application asked for them. A meter listens to it instead.
 */
public final class LatenessRecorder implements Consumer<KvExpiredEvent> {

	/**
	 * How far back a summary looks at least; it looks twice as far at most.
	 */
	public static final Duration WINDOW = Duration.ofMinutes(5);

	private final LongSupplier nanoTime;

	private final List<Consumer<Duration>> listeners = new CopyOnWriteArrayList<>();

	private LatenessHistogram current = new LatenessHistogram();

	private LatenessHistogram previous = new LatenessHistogram();

	private long currentSince;

	/**
	 * Creates a recorder that has seen nothing.
	 */
	public LatenessRecorder() {
		this(System::nanoTime);
	}

	LatenessRecorder(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.currentSince = nanoTime.getAsLong();
	}

	/**
	 * Adds somebody who hears of each lateness, too.
	 * @param listener called on the threads of the hooks, must be quick
	 */
	public void addListener(Consumer<Duration> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.listeners.add(listener);
	}

	/**
	 * Takes note of an expiry. One that Redis only notified of has no lateness.
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
	 * How late expiries were.
	 * @return the figures of the last five to ten minutes
	 */
	public synchronized LatenessSummary summarize() {
		turn();
		LatenessHistogram both = new LatenessHistogram();
		both.add(this.previous);
		both.add(this.current);
		return new LatenessSummary(both.count(), Duration.ofMillis(both.quantile(0.5)),
				Duration.ofMillis(both.quantile(0.99)), Duration.ofMillis(both.max()));
	}

	/**
	 * Has old figures fall behind.
	 */
	private void turn() {
		long now = this.nanoTime.getAsLong();
		long windows = (now - this.currentSince) / WINDOW.toNanos();
		if (windows > 0) {
			this.previous = (windows == 1) ? this.current : new LatenessHistogram();
			this.current = new LatenessHistogram();
			this.currentSince += windows * WINDOW.toNanos();
		}
	}

}
