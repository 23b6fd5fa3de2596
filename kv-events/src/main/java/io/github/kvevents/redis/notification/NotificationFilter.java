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
import io.github.kvevents.support.Waiter;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.StoreFailure;

/**
 * The thread that keeps notifications of tracked keys from the hooks: these keys have an
 * event of their own. It asks the server for many keys at a time, and without an answer
 * passes nothing on.
 */
final class NotificationFilter implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private static final int MAX_BATCH = 500;

	/**
	 * The server remembers for longer that a key was tracked. A notification that waited
	 * longer could be of such a key.
	 */
	private static final Duration MAX_AGE = Duration.ofSeconds(15);

	private final TrackedKeys trackedKeys;

	private final Consumer<Notification> others;

	private final IntConsumer dropped;

	private final Clock clock;

	private final BlockingQueue<Notification> queue;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class,
			"Telling notifications of tracked keys apart");

	private final Waiter waiter = new Waiter();

	private final Thread thread = new Thread(this, ExpiryNotificationBridge.THREAD_PREFIX + "filter");

	private volatile boolean stopped;

	/**
	 * Creates a filter that isn't started.
	 * @param trackedKeys knows the keys that are tracked
	 * @param others gets the notifications of all other keys
	 * @param dropped gets the number of those that could not be told apart
	 * @param clock the clock that notifications are dated by
	 * @param capacity how many notifications may wait
	 */
	NotificationFilter(TrackedKeys trackedKeys, Consumer<Notification> others, IntConsumer dropped, Clock clock,
			int capacity) {
		this.trackedKeys = trackedKeys;
		this.others = others;
		this.dropped = dropped;
		this.clock = clock;
		this.queue = new LinkedBlockingQueue<>(capacity);
		this.thread.setDaemon(true);
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
	 * A refusal doesn't end by waiting: what came is dropped at once.
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
