package io.github.kvevents.redis.notification;

import java.time.Duration;

/**
 * Whether the servers answer over the subscribed connections. One answer that stays out
 * is forgiven, since a subscription made anew misses what is notified meanwhile.
 */
final class Heartbeat {

	private final long silenceNanos;

	private volatile long answeredAt;

	private boolean missed;

	/**
	 * Creates a heartbeat.
	 * @param silence a server that is silent for longer isn't reached
	 */
	Heartbeat(Duration silence) {
		this.silenceNanos = silence.toNanos();
	}

	void answered() {
		this.answeredAt = System.nanoTime();
		this.missed = false;
	}

	/**
	 * Asks for a sign of life; may block while a client reconnects.
	 * @throws RuntimeException if it stayed out for the second time in a row
	 */
	void probe(NotificationSource.Subscription subscription) {
		try {
			subscription.probe();
			answered();
		}
		catch (RuntimeException ex) {
			if (this.missed) {
				throw ex;
			}
			this.missed = true;
		}
	}

	boolean isSilent() {
		return System.nanoTime() - this.answeredAt > this.silenceNanos;
	}

}
