package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * Removes entries of the change log that are older than its maximum age and that nobody
 * needs. Each instance does, which harms nobody. The last entry of a partition stays, so
 * that a reader that is at the end can distinguish a gap from a pause.
 * <p>
 * Age is reckoned by the clock of the store, never by that of this instance, which might
 * be wrong: it is now at least the time of the last entry and what has passed since this
 * instance first saw it. A log that nobody writes to may so be kept a little longer.
 */
public final class ChangeLogRetention implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ChangeLogRetention.class);

	private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

	private static final Duration MAX_INTERVAL = Duration.ofSeconds(30);

	private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(1);

	private final ChangeLogStore store;

	private final Supplier<Stream<RetentionGuard>> guards;

	private final LongSupplier nanoTime;

	private final Map<Integer, Sighting> sightings = new HashMap<>();

	private final LoopHealth health = new LoopHealth(ChangeLogRetention.class,
			"Removing old entries of the change log");

	private volatile @Nullable Worker worker;

	/**
	 * Creates a retention that isn't started.
	 * @param store whose log it is
	 * @param guards those who may need old entries, asked for each time
	 */
	public ChangeLogRetention(ChangeLogStore store, Supplier<Stream<RetentionGuard>> guards) {
		this(store, guards, System::nanoTime);
	}

	ChangeLogRetention(ChangeLogStore store, Supplier<Stream<RetentionGuard>> guards, LongSupplier nanoTime) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(guards, "'guards' must not be null");
		this.store = store;
		this.guards = guards;
		this.nanoTime = nanoTime;
	}

	/**
	 * How long to wait between two removals: a tenth of the maximum age, from 100 ms to
	 * 30 s.
	 */
	static Duration interval(Duration maxAge) {
		Duration interval = maxAge.dividedBy(10);
		if (interval.compareTo(MIN_INTERVAL) < 0) {
			return MIN_INTERVAL;
		}
		return (interval.compareTo(MAX_INTERVAL) > 0) ? MAX_INTERVAL : interval;
	}

	/**
	 * Removes what is old and not needed from each partition. A partition that fails
	 * doesn't keep the others.
	 * @throws RuntimeException the first failure
	 */
	void trim() {
		RuntimeException failure = null;
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			try {
				trim(partition);
			}
			catch (RuntimeException ex) {
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private void trim(int partition) {
		LogState state = this.store.getState(partition);
		long age = Delay.of(this.store.getSettings().maxAge()).toMillis();
		KvPosition old = new KvPosition(partition, Math.max(0, storeMillis(partition, state) - age), 0);
		KvPosition before = this.guards.get()
			.map((guard) -> guard.oldestNeeded(partition))
			.<KvPosition>mapMulti((needed, kept) -> {
				if (needed != null) {
					kept.accept(needed);
				}
			})
			.reduce(earlier(old, state.last()), ChangeLogRetention::earlier);
		if (state.first() != null && state.first().compareTo(before) < 0) {
			this.store.trim(before);
		}
	}

	private static KvPosition earlier(KvPosition one, KvPosition other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/**
	 * What the clock of the store says at least.
	 */
	private long storeMillis(int partition, LogState state) {
		Sighting sighting = this.sightings.get(partition);
		if (sighting == null || !sighting.last.equals(state.last())) {
			sighting = new Sighting(state.last(), this.nanoTime.getAsLong());
			this.sightings.put(partition, sighting);
		}
		return sighting.last.millis() + TimeUnit.NANOSECONDS.toMillis(this.nanoTime.getAsLong() - sighting.nanoTime);
	}

	@Override
	public synchronized void start() {
		if (this.worker == null) {
			Worker worker = new Worker();
			this.worker = worker;
			worker.thread.start();
		}
	}

	@Override
	public void stop() {
		Worker worker;
		synchronized (this) {
			worker = this.worker;
			this.worker = null;
		}
		if (worker != null) {
			worker.end();
		}
	}

	@Override
	public boolean isRunning() {
		return this.worker != null;
	}

	/**
	 * Stops after listeners, which it protects, and before the connections.
	 */
	@Override
	public int getPhase() {
		return StoreChangeFeed.PHASE;
	}

	/**
	 * When this instance first saw what is the last entry.
	 */
	private record Sighting(KvPosition last, long nanoTime) {
	}

	/**
	 * One thread from start to stop.
	 */
	private final class Worker {

		private final Thread thread = DaemonThreads.single(this::run, "kv-change-log-retention");

		private final Waiter waiter = new Waiter();

		private void run() {
			long interval = interval(ChangeLogRetention.this.store.getSettings().maxAge()).toMillis();
			while (ChangeLogRetention.this.worker == this) {
				this.waiter.awaitQuietly(trimOnce(interval));
			}
		}

		private long trimOnce(long interval) {
			try {
				trim();
				ChangeLogRetention.this.health.succeeded();
				return interval;
			}
			catch (Throwable ex) {
				return ChangeLogRetention.this.health.failed(ex);
			}
		}

		private void end() {
			this.waiter.wakeUp();
			if (!CallChain.awaitEnd(this.thread, STOP_MILLIS)) {
				logger.warn("The thread '" + this.thread.getName() + "' did not stop, though it was interrupted");
			}
		}

	}

}
