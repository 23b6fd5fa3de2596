package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.store.ExpiringStore;
import io.github.kvevents.store.ExpiringStore.DeadlineSummary;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.ExpiringStore.ExpiryListener;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.BoundedExecutor;
import io.github.kvevents.support.TransactionOutcome;

/**
 * Turns the expiries that a store detects by itself into {@link KvExpiredEvent}s,
 * detected by {@link KvExpirySource#TRACKING}: with the last value as the previous one,
 * the deadline and the lateness.
 * <p>
 * Events are dispatched on threads of the publisher; synchronous hooks run there, those
 * of different keys at the same time and those of one key one after the other, in the
 * order of its expiries. Nothing is dropped while the application runs: when all threads
 * are busy and the queue is full, the store's delivery waits. On shutdown what is queued
 * is dispatched within the shutdown timeout, and what was not is counted in the log.
 */
public final class StoreExpiryPublisher implements ExpiryMonitor, BackgroundWork, SmartLifecycle {

	/**
	 * Starts before the store and stops after it, so that it receives each expiry that
	 * the store detects; stops before the hooks do.
	 */
	public static final int PHASE = 2048;

	private static final Log logger = LogFactory.getLog(StoreExpiryPublisher.class);

	private static final String THREAD_PREFIX = "kv-expiry-dispatch-";

	private final TrackingMode mode;

	private final ExpiringStore store;

	private final KvEventDispatcher dispatcher;

	private final KvCodec codec;

	private final String origin;

	private final int threads;

	private final int queueCapacity;

	private final Duration shutdownTimeout;

	private final Consumer<KvExpiredEvent> listener;

	private final LongAdder taken = new LongAdder();

	private final LongAdder delivered = new LongAdder();

	private final LongAdder done = new LongAdder();

	/** Changes with the lock held, which a stop holds while it waits for hooks. */
	private volatile @Nullable BoundedExecutor executor;

	/**
	 * Creates a publisher that is not started.
	 * @param mode the tracking mode; {@link TrackingMode#OFF} publishes nothing
	 * @param store the store, which must not have another listener
	 * @param dispatcher receives the events
	 * @param codec decodes the last values
	 * @param origin the id of this instance
	 * @param threads how many threads call the hooks, positive
	 * @param queueCapacity how many events are queued before the store has to wait,
	 * positive
	 * @param shutdownTimeout how long queued events may still be dispatched on shutdown
	 * @param listener receives each expiry before the hooks, on their threads
	 */
	public StoreExpiryPublisher(TrackingMode mode, ExpiringStore store, KvEventDispatcher dispatcher, KvCodec codec,
			String origin, int threads, int queueCapacity, Duration shutdownTimeout,
			Consumer<KvExpiredEvent> listener) {
		Assert.notNull(mode, "'mode' must not be null");
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(dispatcher, "'dispatcher' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		Assert.hasText(origin, "'origin' must not be empty");
		Assert.isTrue(threads > 0, () -> "'threads' must be positive but was " + threads);
		Assert.isTrue(queueCapacity > 0, () -> "'queueCapacity' must be positive but was " + queueCapacity);
		Assert.isTrue(!shutdownTimeout.isNegative(),
				() -> "'shutdownTimeout' must not be negative but was " + shutdownTimeout);
		Assert.notNull(listener, "'listener' must not be null");
		this.mode = mode;
		this.store = store;
		this.dispatcher = dispatcher;
		this.codec = codec;
		this.origin = origin;
		this.threads = threads;
		this.queueCapacity = queueCapacity;
		this.shutdownTimeout = shutdownTimeout;
		this.listener = listener;
	}

	@Override
	public synchronized void start() {
		if (this.executor != null || this.mode == TrackingMode.OFF) {
			return;
		}
		BoundedExecutor executor = new BoundedExecutor(THREAD_PREFIX, this.threads, this.queueCapacity);
		this.executor = executor;
		this.store.setExpiryListener(new ExpiryListener() {

			@Override
			public void onExpired(ExpiredKey expired) {
				publish(executor, expired);
			}

			@Override
			public boolean deliverAhead(ExpiredKey expired) {
				return StoreExpiryPublisher.this.deliverAhead(executor, expired);
			}

		});
	}

	@Override
	public synchronized void stop() {
		BoundedExecutor executor = this.executor;
		if (executor == null) {
			return;
		}
		this.executor = null;
		this.store.setExpiryListener(null);
		long begun = System.nanoTime();
		int dropped = executor.close(this.shutdownTimeout, Duration.ZERO);
		if (dropped > 0) {
			logger.warn("Stopped before " + dropped + " expiries were dispatched: "
					+ reason(Duration.ofNanos(System.nanoTime() - begun)));
		}
	}

	private String reason(Duration waited) {
		if (waited.compareTo(this.shutdownTimeout) >= 0) {
			return "hooks were not done within the shutdown timeout of " + this.shutdownTimeout;
		}
		return Thread.currentThread().isInterrupted() ? "the shutdown was interrupted"
				: "a hook stops the application while it handles an expiry, and they are queued behind that one";
	}

	@Override
	public boolean isRunning() {
		return this.executor != null;
	}

	@Override
	public String instanceId() {
		return this.origin;
	}

	/**
	 * {@inheritDoc} The store tracks every key, with or without receivers, unless
	 * tracking is off.
	 */
	@Override
	public TrackingActivity getActivity() {
		return new TrackingActivity((this.mode == TrackingMode.OFF) ? TrackingMode.OFF : TrackingMode.ALL,
				isRunning() ? TrackingActivity.State.TRACKING : TrackingActivity.State.OFF, this.delivered.sum(), 0, 0);
	}

	/**
	 * {@inheritDoc} There is one partition and no lease: only this instance has the keys.
	 */
	@Override
	public TrackingStatus getStatus() {
		DeadlineSummary deadlines = this.store.summarizeDeadlines();
		// in this order, so that there are never more done than taken
		long done = this.done.sum();
		Map<String, Long> pending = Map.of(this.origin, Math.max(0, this.taken.sum() - done));
		return new TrackingStatus(List.of(new TrackingStatus.Partition(deadlines.keys(), deadlines.overdue(),
				deadlines.next(), deadlines.overdueBy(), null, 0, pending)), null);
	}

	@Override
	public Pending pendingWork() {
		BoundedExecutor executor = this.executor;
		// in this order, as above
		long done = this.done.sum();
		long taken = this.taken.sum();
		List<String> pending = new ArrayList<>();
		if (taken > done && executor != null) {
			executor.keys()
				.forEach((key) -> pending.add("The expiry of '" + KeyText.printable((String) key) + "' is dispatched"));
			if (pending.isEmpty()) {
				pending.add((taken - done) + " expiries are handled by asynchronous hooks");
			}
		}
		return new Pending(taken, pending);
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	private void publish(BoundedExecutor executor, ExpiredKey expired) {
		if (this.dispatcher.hasReceivers(KvEventType.EXPIRED)) {
			KvExpiredEvent event = event(expired);
			put(executor, event, () -> deliver(event));
		}
	}

	private void put(BoundedExecutor executor, KvExpiredEvent event, Runnable delivery) {
		String key = event.getKey();
		try {
			this.taken.increment();
			if (!executor.put(key, delivery)) {
				this.done.increment();
				logger.warn("The expiry of '" + KeyText.printable(key)
						+ "' came too late in the shutdown to be dispatched");
			}
		}
		catch (InterruptedException ex) {
			this.done.increment();
			Thread.currentThread().interrupt();
			logger.warn("The expiry of '" + KeyText.printable(key) + "' was interrupted in the shutdown");
		}
	}

	private boolean deliverAhead(BoundedExecutor executor, ExpiredKey expired) {
		if (!this.dispatcher.hasReceivers(KvEventType.EXPIRED) || !executor.begin(expired.key())) {
			return false;
		}
		KvExpiredEvent event = event(expired);
		boolean ahead = this.dispatcher.deliverAhead(event, (delivery) -> {
			executor.end(expired.key());
			// hooks that ran in the transaction of the writer were rolled back with it
			TransactionOutcome.follow(() -> {
				this.taken.increment();
				delivered(delivery.completion());
			}, () -> put(executor, event,
					() -> delivered(this.dispatcher.deliver(event, delivery.queued()).completion())));
		});
		if (ahead) {
			this.listener.accept(event);
		}
		else {
			executor.end(expired.key());
		}
		return ahead;
	}

	private void deliver(KvExpiredEvent event) {
		this.listener.accept(event);
		delivered(this.dispatcher.deliver(event));
	}

	private void delivered(CompletionStage<Void> hooks) {
		this.delivered.increment();
		hooks.whenComplete((nothing, failure) -> this.done.increment());
	}

	private KvExpiredEvent event(ExpiredKey expired) {
		return KvEventBuilder.forKey(this, expired.key(), this.codec)
			.headers(expired.headers())
			.origin(this.origin)
			.occurredAt(expired.deadline())
			.previousValue(expired.lastValue())
			.position(expired.position())
			.expired(expired.deadline(), expired.lateness());
	}

}
