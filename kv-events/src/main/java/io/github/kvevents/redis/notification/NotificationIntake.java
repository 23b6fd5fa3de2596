package io.github.kvevents.redis.notification;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.redis.notification.TrackedKeys.Notification;
import io.github.kvevents.support.BoundedExecutor;
import io.github.kvevents.support.Interval;

/**
 * Passes notifications from the thread of the client, which must never wait nor run a
 * hook, to the dispatch threads. Foreign keys take no space in the queue.
 */
final class NotificationIntake implements Consumer<byte[]> {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private static final Duration DROP_REPORT_INTERVAL = Duration.ofSeconds(30);

	private final LongAdder received = new LongAdder();

	private final LongAdder dropped = new LongAdder();

	private final BoundedExecutor executor;

	private final Function<byte[], Optional<String>> keyReader;

	private final KvEventDispatcher dispatcher;

	private final KvCodec codec;

	private final String origin;

	private final Clock clock;

	private final @Nullable NotificationFilter filter;

	private final Interval dropReportInterval = new Interval(DROP_REPORT_INTERVAL);

	private long droppedAndReported;

	NotificationIntake(BoundedExecutor executor, Function<byte[], Optional<String>> keyReader,
			KvEventDispatcher dispatcher, KvCodec codec, String origin, Clock clock, @Nullable TrackedKeys trackedKeys,
			int queueCapacity) {
		this.executor = executor;
		this.keyReader = keyReader;
		this.dispatcher = dispatcher;
		this.codec = codec;
		this.origin = origin;
		this.clock = clock;
		this.filter = (trackedKeys != null)
				? new NotificationFilter(trackedKeys, this::pass, this.dropped::add, clock, queueCapacity) : null;
	}

	@Override
	public void accept(byte[] rawKey) {
		try {
			this.keyReader.apply(rawKey).ifPresent((key) -> take(rawKey, key));
		}
		catch (RuntimeException ex) {
			// must not reach the client: some clients would end the subscription
			logger.error("The key of an expiry notification could not be read", ex);
		}
	}

	private void take(byte[] rawKey, String key) {
		this.received.increment();
		Notification notification = new Notification(rawKey, key, this.clock.instant());
		if (this.filter == null) {
			pass(notification);
		}
		else if (!this.filter.offer(notification)) {
			this.dropped.increment();
		}
	}

	private void pass(Notification notification) {
		if (!this.executor.offer(notification.key(), () -> deliver(notification))) {
			this.dropped.increment();
		}
	}

	private void deliver(Notification notification) {
		this.dispatcher.deliver(KvEventBuilder.forKey(this, notification.key(), this.codec)
			.origin(this.origin)
			.occurredAt(notification.occurredAt())
			.expiredByNotification());
	}

	void start() {
		if (this.filter != null) {
			this.filter.start();
		}
	}

	void stop() {
		if (this.filter != null) {
			this.filter.stop();
		}
	}

	long getReceived() {
		return this.received.sum();
	}

	long getDropped() {
		return this.dropped.sum();
	}

	/**
	 * As {@link #reportDrops()}, but not too often.
	 */
	void reportDropsIfDue() {
		if (getDropped() > this.droppedAndReported && this.dropReportInterval.restartIfDue()) {
			reportDrops();
		}
	}

	/**
	 * Logs a warning if notifications were dropped since the last call.
	 */
	void reportDrops() {
		long now = getDropped();
		if (now > this.droppedAndReported) {
			logger.warn("Dropped " + (now - this.droppedAndReported) + " expiry notifications (" + now
					+ " since the start): the hooks are slower than the keys expire, or Redis doesn't answer whether keys "
					+ "are tracked. Make hooks asynchronous, or raise "
					+ "'kv.events.expiry.queue-capacity' or 'kv.events.expiry.threads'.");
			this.droppedAndReported = now;
		}
	}

}
