package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.expiry.ExpiredIntake.ExpiredEntry;
import io.github.kvevents.redis.expiry.ExpiryTrackerBuilder.TrackingParts;
import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.support.KeyedExecutor;
import io.github.kvevents.support.TransactionOutcome;

/**
 * Converts an expiry that was read into an event, dispatches it to the hooks, and reports
 * when all of them are done.
 */
final class ExpiredHandler {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private final KeyNames names;

	private final KvCodec codec;

	private final KvEventDispatcher dispatcher;

	private final Consumer<KvExpiredEvent> listener;

	private final TrackingCounters counters;

	private final KeyedExecutor executor;

	private final OwnAnnouncement own;

	/** The number of expiries in flight, by key. */
	private final Map<String, Integer> pending = new ConcurrentHashMap<>();

	ExpiredHandler(TrackingParts parts, OwnAnnouncement own, TrackingCounters counters, KeyedExecutor executor) {
		this.names = parts.names();
		this.codec = parts.codec();
		this.dispatcher = parts.dispatcher();
		this.listener = parts.listener();
		this.own = own;
		this.counters = counters;
		this.executor = executor;
	}

	/**
	 * Delivers an expiry to those receivers of this instance that have not got it in
	 * another one, on another thread.
	 * @param partition the partition of its key
	 * @param entry the expiry
	 * @param expiry the same, remembers who has got it
	 * @param done runs when asynchronous hooks are done too, whatever became of them; not
	 * when the application stopped before they ran
	 */
	void handle(int partition, ExpiredEntry entry, TakenExpiry expiry, Runnable done) {
		@Nullable String key = this.names.fromRedis(entry.name());
		if (key == null) {
			// of an application with another 'kv.events.key-prefix'
			expiry.askedHere(this.own.get(), Set.of());
			done.run();
			return;
		}
		KvPosition position = (entry.logId() != null) ? KvPosition.parse(partition + ":" + entry.logId()) : null;
		KvExpiredEvent event = event(key, entry.detectedBy(), new EndedLifetime(entry.id(), entry.deadline(),
				entry.detectedAt(), entry.value(), position, entry.headers()));
		Runnable counted = counted(key, done);
		this.executor.submit(key, () -> deliver(event, expiry, counted));
	}

	/**
	 * Lets the write on this thread deliver the expiry that it detected before its own
	 * event, unless an earlier expiry of the key is still in flight: it is queued behind
	 * that one then.
	 * @param done as above
	 */
	void handleAhead(String key, String instanceId, EndedLifetime ended, TakenExpiry expiry, Runnable done) {
		KvExpiredEvent event = event(key, instanceId, ended);
		Announcement receivers = this.own.get();
		Runnable counted = counted(key, done);
		if (this.executor.begin(key)) {
			if (this.dispatcher.deliverAhead(event, (delivery) -> {
				this.executor.end(key);
				TransactionOutcome.follow(() -> delivered(event, expiry, receivers, delivery, counted),
						() -> redeliver(event, expiry, receivers, delivery, counted));
			})) {
				return;
			}
			this.executor.end(key);
		}
		this.executor.submit(key, () -> deliver(event, expiry, counted));
	}

	private Runnable counted(String key, Runnable done) {
		this.pending.merge(key, 1, Integer::sum);
		return () -> {
			this.pending.computeIfPresent(key, (pending, count) -> (count > 1) ? count - 1 : null);
			done.run();
		};
	}

	/** The number of expiries in flight, by key. */
	int countPending(String key) {
		return this.pending.getOrDefault(key, 0);
	}

	private KvExpiredEvent event(String key, String origin, EndedLifetime ended) {
		Instant deadline = Instant.ofEpochMilli(ended.deadline());
		return KvEventBuilder.forKey(this, key, this.codec)
			.origin(origin)
			.occurredAt(deadline)
			.previousValue(ended.value())
			.position(ended.position())
			.headers(ended.headers())
			.expired(deadline, Duration.ofMillis(Math.max(0, ended.noticedAt() - ended.deadline())));
	}

	private void deliver(KvExpiredEvent event, TakenExpiry expiry, Runnable done) {
		Announcement receivers = this.own.get();
		try {
			delivered(event, expiry, receivers, this.dispatcher.deliver(event, expiry.reached()), done);
		}
		catch (Throwable ex) {
			logger.error("Failed to dispatch an expiry event", ex);
			expiry.askedHere(receivers, receivers.ids());
			done.run();
		}
	}

	private void delivered(KvExpiredEvent event, TakenExpiry expiry, Announcement receivers, KvDelivery delivery,
			Runnable done) {
		if (!delivery.reached().isEmpty()) {
			count(event, !expiry.isReached());
		}
		// what failed was cancelled by a shutdown: unconfirmed, it is redelivered
		// elsewhere
		delivery.completion().thenRun(() -> {
			expiry.handledHere(receivers, delivery);
			done.run();
		});
	}

	/**
	 * Redelivers an expiry whose hooks ran in the transaction of the writer, which was
	 * rolled back.
	 */
	private void redeliver(KvExpiredEvent event, TakenExpiry expiry, Announcement receivers, KvDelivery delivery,
			Runnable done) {
		delivery.completion().thenRun(() -> {
			Set<String> handled = new HashSet<>(delivery.queued());
			handled.removeAll(delivery.withdrawn());
			expiry.askedHere(receivers, handled);
			this.executor.submit(event.getKey(), () -> deliver(event, expiry, done));
		});
	}

	private void count(KvExpiredEvent event, boolean isFirst) {
		this.counters.delivered();
		if (isFirst) {
			this.listener.accept(event);
		}
	}

}
