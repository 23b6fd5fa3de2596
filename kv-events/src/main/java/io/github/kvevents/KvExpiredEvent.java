package io.github.kvevents;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A key's time to live ended. With {@link KvExpirySource#TRACKING} its last value is the
 * event's previous value, or that is {@code null} where the value wasn't kept: when the
 * key got its time to live, nothing took the values of its expiry, or
 * {@code kv.events.expiry.tracking.last-value} is {@code never}. With
 * {@link KvExpirySource#NOTIFICATION} value, deadline and lateness aren't known.
 */
public final class KvExpiredEvent extends KvEvent {

	private static final long serialVersionUID = 1L;

	private final KvExpirySource detectedBy;

	private final @Nullable Instant deadline;

	private final @Nullable Duration lateness;

	KvExpiredEvent(KvExpirySource detectedBy, @Nullable Instant deadline, @Nullable Duration lateness,
			KvEventBuilder builder) {
		super(KvEventType.EXPIRED, KvChange.REMOVED, builder);
		this.detectedBy = detectedBy;
		this.deadline = deadline;
		this.lateness = lateness;
	}

	/**
	 * The moment at which the key ceased to exist, by the clock of the store.
	 * @return the deadline in milliseconds' precision, or {@code null} when Redis only
	 * notified
	 */
	public @Nullable Instant getDeadline() {
		return this.deadline;
	}

	/**
	 * How long after the deadline the expiry was detected, by the clock of the store.
	 * @return the lateness, never negative, or {@code null} when Redis only notified
	 */
	public @Nullable Duration getLateness() {
		return this.lateness;
	}

	/**
	 * How the expiry was detected.
	 * @return the source
	 */
	public KvExpirySource getDetectedBy() {
		return this.detectedBy;
	}

}
