package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.support.DaemonThreads;

/**
 * Meters of tracked expiries:
 * <ul>
 * <li>{@code kv.expiry.lateness}, a timer, from the deadline to the detection of the
 * expiry;</li>
 * <li>{@code kv.expiry.delivered}, {@code kv.expiry.redelivered},
 * {@code kv.expiry.trimmed} and {@code kv.expiry.unreceived}, counters of this
 * instance;</li>
 * <li>{@code kv.expiry.tracked} and {@code kv.expiry.pending}, gauges of the whole
 * namespace, so each instance shows the same. Not a number if nothing in this instance
 * receives expiries, since it must not connect for them, and while the store can't be
 * reached.</li>
 * </ul>
 * No meter has a tag. There are none if tracking is off.
 */
public final class KvExpiryMeters implements MeterBinder {

	private final ExpiryMonitor monitor;

	private final LatenessRecorder lateness;

	private final StatusSampler sampler;

	/**
	 * Creates an instance.
	 * @param monitor figures about tracked expiries
	 * @param lateness their lateness
	 */
	public KvExpiryMeters(ExpiryMonitor monitor, LatenessRecorder lateness) {
		Assert.notNull(monitor, "'monitor' must not be null");
		Assert.notNull(lateness, "'lateness' must not be null");
		this.monitor = monitor;
		this.lateness = lateness;
		this.sampler = new StatusSampler(monitor, System::nanoTime);
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		if (this.monitor.getActivity().mode() == TrackingMode.OFF) {
			return;
		}
		Timer timer = Timer.builder("kv.expiry.lateness")
			.description("Time from the deadline of a tracked key to the moment at which its expiry was noticed")
			.register(registry);
		this.lateness.addListener(timer::record);
		count(registry, "kv.expiry.delivered", "Expiries that this instance delivered to its hooks",
				TrackingActivity::delivered);
		count(registry, "kv.expiry.redelivered", "Expiries that had been given to an instance before",
				TrackingActivity::redelivered);
		count(registry, "kv.expiry.trimmed", "Expiries given up because too many waited for hooks",
				TrackingActivity::trimmed);
		count(registry, "kv.expiry.unreceived", "Expiries acknowledged that no hook of a live instance selected",
				TrackingActivity::unreceived);
		gauge(registry, "kv.expiry.tracked", "Keys of the namespace whose deadline is tracked",
				TrackingStatus::tracked);
		gauge(registry, "kv.expiry.pending", "Expiries of the namespace that hooks are not done with",
				(status) -> status.waiting() + status.pending());
	}

	private void count(MeterRegistry registry, String name, String description,
			ToDoubleFunction<TrackingActivity> figure) {
		FunctionCounter.builder(name, this.monitor, (monitor) -> figure.applyAsDouble(monitor.getActivity()))
			.description(description)
			.register(registry);
	}

	private void gauge(MeterRegistry registry, String name, String description,
			ToDoubleFunction<TrackingStatus> figure) {
		Gauge.builder(name, this.sampler, (sampler) -> {
			@Nullable TrackingStatus status = sampler.sample();
			return (status != null) ? figure.applyAsDouble(status) : Double.NaN;
		}).description(description).register(registry);
	}

	/**
	 * Reads the status of tracking for gauges: only when they are read, at most every
	 * five seconds, and on a thread of its own, since a command may wait a minute for a
	 * store that can't be reached. The reader of a gauge waits for a short time, so that
	 * it gets the current figures of a store that answers.
	 */
	static final class StatusSampler {

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
			try {
				DaemonThreads.single(task, "kv-expiry-sampler").start();
			}
			catch (OutOfMemoryError ex) {
				// there are no more threads at present: who asks later has one
				this.asking.set(false);
				throw ex;
			}
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

}
