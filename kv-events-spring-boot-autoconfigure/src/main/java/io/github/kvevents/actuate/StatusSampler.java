package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.support.DaemonThreads;

/**
 * Reads the status of tracking for gauges: only when they are read, at most every five
 * seconds, and on a thread of its own, since a command may wait a minute for a store that
 * can't be reached. The reader of a gauge waits for a short time, so that it gets the
 * current figures of a store that answers.
 */
final class StatusSampler {

	static final Duration FRESH = Duration.ofSeconds(5);

	static final Duration USABLE = Duration.ofSeconds(30);

	static final Duration MAX_WAIT = Duration.ofMillis(250);

	private static final Log logger = LogFactory.getLog(StatusSampler.class);

	private final ExpiryMonitor monitor;

	private final LongSupplier nanoTime;

	private final AtomicBoolean asking = new AtomicBoolean();

	private volatile @Nullable Sample last;

	private volatile @Nullable Long askedAt;

	StatusSampler(ExpiryMonitor monitor, LongSupplier nanoTime) {
		this.monitor = monitor;
		this.nanoTime = nanoTime;
	}

	/**
	 * The figures, not older than half a minute.
	 * @return {@code null} if the store did not answer
	 */
	@Nullable TrackingStatus sample() {
		if (this.monitor.getActivity().state() != TrackingActivity.State.TRACKING) {
			return null;
		}
		if (isOlder(this.askedAt, FRESH) && this.asking.compareAndSet(false, true)) {
			await(ask());
		}
		Sample sample = this.last;
		return (sample != null && !isOlder(sample.takenAt(), USABLE)) ? sample.status() : null;
	}

	private Future<?> ask() {
		this.askedAt = this.nanoTime.getAsLong();
		FutureTask<?> task = new FutureTask<>(this::read, null);
		DaemonThreads.single(task, "kv-expiry-sampler").start();
		return task;
	}

	private void read() {
		try {
			TrackingStatus status = this.monitor.getStatus();
			this.last = new Sample(status, this.nanoTime.getAsLong());
		}
		catch (RuntimeException ex) {
			logger.debug("The status of expiries can't be read", ex);
		}
		finally {
			this.asking.set(false);
		}
	}

	private static void await(Future<?> task) {
		try {
			task.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			logger.debug("The store takes long to report the status of expiries: gauges show the last one");
		}
		catch (ExecutionException ex) {
			logger.debug("The store could not be asked for the status of expiries", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean isOlder(@Nullable Long since, Duration age) {
		return since == null || this.nanoTime.getAsLong() - since >= age.toNanos();
	}

	private record Sample(TrackingStatus status, long takenAt) {
	}

}
