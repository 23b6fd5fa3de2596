package io.github.kvevents.listener;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Whether a listener that stops still counts on the store. A store that is gone may have
 * a command wait for as long as its client lets it; nothing that is written then is worth
 * that wait: other instances take over when the leases end.
 */
final class ShutdownDeadline {

	/** What the store may take once the listener stops. */
	private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

	private final LongSupplier nanoTime;

	private volatile @Nullable Long askedAt;

	private volatile @Nullable Long stopsAt;

	private volatile boolean over;

	ShutdownDeadline(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * The loop is about to ask something of the store.
	 */
	void asks() {
		this.askedAt = this.nanoTime.getAsLong();
	}

	/**
	 * The store answered, or failed.
	 */
	void answered() {
		this.askedAt = null;
	}

	/**
	 * The listener stops.
	 */
	void stops() {
		if (this.stopsAt == null) {
			this.stopsAt = this.nanoTime.getAsLong();
		}
	}

	/**
	 * The store failed while the listener stops.
	 */
	void failed() {
		if (isLongAgo(this.stopsAt)) {
			this.over = true;
		}
	}

	/**
	 * Ends the patience if the loop has waited for the store too long. From any thread.
	 * @return whether to interrupt the loop
	 */
	boolean endsNow() {
		if (this.over || !isLongAgo(this.stopsAt) || !isLongAgo(this.askedAt)) {
			return false;
		}
		this.over = true;
		return true;
	}

	boolean isOver() {
		return this.over;
	}

	private boolean isLongAgo(@Nullable Long moment) {
		return moment != null && this.nanoTime.getAsLong() - moment >= NANOS;
	}

}
