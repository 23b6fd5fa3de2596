package io.github.kvevents.redis.notification;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.notification.TrackedKeys.Notification;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * The thread that filters out notifications of tracked keys, whose expiries tracking
 * delivers. It asks the server about many keys at a time, and passes nothing on without
 * an answer.
 */
final class NotificationFilter implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private static final int MAX_BATCH = 500;

	/**
	 * The server remembers tracked keys for longer than this. After a longer wait a
	 * notification could be of a tracked key.
	 */
	private static final Duration MAX_AGE = Duration.ofSeconds(15);

	private final TrackedKeys trackedKeys;

	private final Consumer<Notification> others;

	private final IntConsumer dropped;

	private final Clock clock;

	private final BlockingQueue<Notification> queue;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Filtering notifications of tracked keys");

	private final Waiter waiter = new Waiter();

	private final Thread thread = DaemonThreads.single(this, ExpiryNotificationBridge.THREAD_PREFIX + "filter");

	private volatile boolean stopped;

	/**
	 * Creates a filter that is not started.
	 * @param trackedKeys finds the tracked keys
	 * @param others receives the notifications of all other keys
	 * @param dropped receives the number of notifications that could not be filtered
	 * @param clock the clock that dates notifications
	 * @param capacity how many notifications may wait
	 */
	NotificationFilter(TrackedKeys trackedKeys, Consumer<Notification> others, IntConsumer dropped, Clock clock,
			int capacity) {
		this.trackedKeys = trackedKeys;
		this.others = others;
		this.dropped = dropped;
		this.clock = clock;
		this.queue = new LinkedBlockingQueue<>(capacity);
	}

	void start() {
		this.thread.start();
	}

	void stop() {
		this.stopped = true;
		this.thread.interrupt();
	}

	/**
	 * Queues a notification if there is room.
	 * @return whether there was
	 */
	boolean offer(Notification notification) {
		return this.queue.offer(notification);
	}

	@Override
	public void run() {
		List<Notification> batch = new ArrayList<>();
		while (!this.stopped) {
			try {
				if (batch.isEmpty()) {
					batch.add(this.queue.take());
					this.queue.drainTo(batch, MAX_BATCH - 1);
				}
				dropOld(batch);
				if (!batch.isEmpty()) {
					this.trackedKeys.withoutTracked(batch).forEach(this.others);
				}
				batch.clear();
				this.health.succeeded();
			}
			catch (InterruptedException ex) {
				// only stop() interrupts
			}
			catch (Throwable ex) {
				failed(batch, ex);
			}
		}
	}

	/**
	 * A refusal does not end by waiting: the batch is dropped at once.
	 */
	private void failed(List<Notification> batch, Throwable failure) {
		if (StoreFailure.of(failure) == StoreFailure.REFUSED) {
			this.dropped.accept(batch.size());
			batch.clear();
		}
		long pause = this.health.failed(failure);
		if (!this.stopped) {
			this.waiter.awaitQuietly(pause);
		}
	}

	private void dropOld(List<Notification> batch) {
		int before = batch.size();
		batch.removeIf((notification) -> Duration.between(notification.occurredAt(), this.clock.instant())
			.compareTo(MAX_AGE) > 0);
		if (batch.size() < before) {
			this.dropped.accept(before - batch.size());
			logger.warn("Dropped " + (before - batch.size())
					+ " expiry notifications: Redis did not answer in time whether the keys are tracked");
		}
	}

}
