package io.github.kvevents.memory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.ExpiringStore.ExpiryListener;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.RetryingExecutor;

/**
 * Passes expired keys to the listener, on a thread of its own while it runs, so that a
 * slow listener delays neither writers nor the expiry of other keys. Before the start and
 * after the stop the thread that detected the expiry calls the listener.
 */
final class ExpiryDelivery {

	private static final Log logger = LogFactory.getLog(ExpiryDelivery.class);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

	/** The number of queued expiries, by key. */
	private final Map<String, Integer> queued = new ConcurrentHashMap<>();

	private volatile @Nullable ExpiryListener listener;

	private volatile @Nullable ExecutorService executor;

	void setListener(@Nullable ExpiryListener listener) {
		this.listener = listener;
	}

	/**
	 * Queues an expiry for the listener.
	 * @return {@code false} if this is not running, so that the caller has to call
	 * {@link #deliver}
	 */
	boolean queue(ExpiredKey expired) {
		ExpiryListener listener = this.listener;
		ExecutorService executor = this.executor;
		if (listener == null) {
			return true;
		}
		// queued expiries of the key are delivered first
		if (!this.queued.containsKey(expired.key()) && listener.deliverAhead(expired)) {
			return true;
		}
		if (executor == null) {
			return false;
		}
		this.queued.merge(expired.key(), 1, Integer::sum);
		try {
			new RetryingExecutor(executor).execute(() -> {
				call(listener, expired);
				unqueued(expired);
			});
			return true;
		}
		catch (RejectedExecutionException ex) {
			unqueued(expired);
			logger.trace("Stopped in between", ex);
			return false;
		}
	}

	private void unqueued(ExpiredKey expired) {
		this.queued.computeIfPresent(expired.key(), (key, count) -> (count > 1) ? count - 1 : null);
	}

	/**
	 * Calls the listener on this thread.
	 */
	void deliver(ExpiredKey expired) {
		ExpiryListener listener = this.listener;
		if (listener != null) {
			call(listener, expired);
		}
	}

	private void call(ExpiryListener listener, ExpiredKey expired) {
		try {
			listener.onExpired(expired);
		}
		catch (Throwable ex) {
			logger.error("The listener for expired keys failed for '" + KeyText.printable(expired.key()) + "'", ex);
		}
	}

	void start() {
		this.executor = Executors.newSingleThreadExecutor(new DaemonThreads("kv-memory-expiry-delivery-"));
	}

	/**
	 * Delivers queued expiries for ten seconds at most, then drops the rest.
	 */
	void stop() {
		ExecutorService executor = this.executor;
		this.executor = null;
		if (executor == null) {
			return;
		}
		executor.shutdown();
		try {
			if (executor.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		int left = executor.shutdownNow().size();
		this.queued.clear();
		logger.warn("Stopped before the listener received " + left + " expired keys; it is still busy with one");
	}

}
