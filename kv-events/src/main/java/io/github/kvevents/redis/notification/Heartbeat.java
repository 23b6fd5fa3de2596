package io.github.kvevents.redis.notification;

import java.time.Duration;

/**
 * Whether the servers answer over the subscribed connections. One missing answer is
 * tolerated, since renewing a subscription misses notifications.
 */
final class Heartbeat {

	private final long silenceNanos;

	private volatile long answeredAt;

	private boolean missed;

	/**
	 * Creates a heartbeat.
	 * @param silence a server that is silent for longer counts as unreachable
	 */
	Heartbeat(Duration silence) {
		this.silenceNanos = silence.toNanos();
	}

	void answered() {
		this.answeredAt = System.nanoTime();
		this.missed = false;
	}

	/**
	 * Probes the subscription; may block while a client reconnects.
	 * @throws RuntimeException if there was no answer for the second time in a row
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
