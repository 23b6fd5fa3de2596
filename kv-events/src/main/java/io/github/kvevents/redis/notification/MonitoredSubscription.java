package io.github.kvevents.redis.notification;

import java.time.Duration;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Interval;

/**
 * The subscription, when there is one, and whether the servers answer over its
 * connections. One missing answer is tolerated, since renewing a subscription misses
 * notifications. Confined to one thread, except where noted.
 */
final class MonitoredSubscription {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	/** How often to probe the servers. */
	private static final Duration PROBE = Duration.ofSeconds(2);

	/** A server that is silent for longer counts as unreachable. */
	private static final Duration SILENCE = Duration.ofSeconds(4);

	private final NotificationSource source;

	private final Interval probeInterval = new Interval(PROBE);

	private NotificationSource.@Nullable Subscription subscription;

	private volatile long answeredAt;

	private boolean missed;

	MonitoredSubscription(NotificationSource source) {
		this.source = source;
	}

	boolean isOpen() {
		return this.subscription != null;
	}

	/**
	 * Subscribes, as {@link NotificationSource#subscribe} describes it.
	 */
	void open(Consumer<byte[]> keys, Runnable resubscribed) throws InterruptedException {
		this.subscription = this.source.subscribe(keys, resubscribed);
		answered();
	}

	/**
	 * Probes the subscription from time to time; may block while a client reconnects.
	 * @throws RuntimeException if there was no answer for the second time in a row
	 */
	void probeIfDue() {
		if (this.subscription == null || !this.probeInterval.restartIfDue()) {
			return;
		}
		try {
			this.subscription.probe();
			answered();
		}
		catch (RuntimeException ex) {
			if (this.missed) {
				throw ex;
			}
			this.missed = true;
		}
	}

	private void answered() {
		this.answeredAt = System.nanoTime();
		this.missed = false;
	}

	/**
	 * Whether the servers have not answered for some seconds. For any thread.
	 */
	boolean isSilent() {
		return System.nanoTime() - this.answeredAt > SILENCE.toNanos();
	}

	/**
	 * Ends the subscription if there is one.
	 */
	void close() {
		NotificationSource.Subscription subscription = this.subscription;
		this.subscription = null;
		if (subscription == null) {
			return;
		}
		try {
			subscription.close();
		}
		catch (RuntimeException ex) {
			logger.debug("The connection of the expiry notifications could not be closed", ex);
		}
	}

}
