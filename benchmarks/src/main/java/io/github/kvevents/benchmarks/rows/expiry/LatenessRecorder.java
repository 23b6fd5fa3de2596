package io.github.kvevents.benchmarks.rows.expiry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.ConcurrentHistogram;

/**
 * When the expiries of one side and row came, by the clock of the machine, which server
 * and instance share.
 */
final class LatenessRecorder {

	private final LatenessRow row;

	private final String prefix;

	private final long first;

	private final AtomicIntegerArray deliveries;

	private final CountDownLatch missing;

	private final LongAdder early = new LongAdder();

	/** In microseconds. */
	private final ConcurrentHistogram lateness = new ConcurrentHistogram(3);

	LatenessRecorder(LatenessRow row, long first) {
		this.row = row;
		this.prefix = "expiring:" + row.id() + ":";
		this.first = first;
		this.deliveries = new AtomicIntegerArray(row.keys());
		this.missing = new CountDownLatch(row.keys());
	}

	String key(int index) {
		return this.prefix + index;
	}

	long deadline(int index) {
		return this.row.deadline(index, this.first);
	}

	void expired(String key) {
		if (!key.startsWith(this.prefix)) {
			// a row before had given it up
			return;
		}
		int index = Integer.parseInt(key.substring(this.prefix.length()));
		if (this.deliveries.getAndIncrement(index) == 0) {
			long micros = microsSince(deadline(index));
			if (micros < 0) {
				this.early.increment();
			}
			this.lateness.recordValue(Math.max(0, micros));
			this.missing.countDown();
		}
	}

	/**
	 * Waits for all of them, but not for ever.
	 * @param patienceMillis how long to wait behind the last deadline
	 * @return what was found; keys that have not come count as if they came now
	 */
	LatenessResult await(long patienceMillis) throws InterruptedException {
		long last = deadline(this.row.keys() - 1);
		this.missing.await(last + patienceMillis - System.currentTimeMillis(), TimeUnit.MILLISECONDS);
		int delivered = 0;
		int duplicates = 0;
		for (int index = 0; index < this.row.keys(); index++) {
			int times = this.deliveries.get(index);
			delivered += Math.min(1, times);
			duplicates += Math.max(0, times - 1);
			if (times == 0) {
				this.lateness.recordValue(Math.max(0, microsSince(deadline(index))));
			}
		}
		return new LatenessResult(this.row.keys(), delivered, this.early.intValue(), duplicates, percentile(50),
				percentile(99), this.lateness.getMaxValue() / 1000.0);
	}

	private double percentile(double percentile) {
		return this.lateness.getValueAtPercentile(percentile) / 1000.0;
	}

	private static long microsSince(long millis) {
		return ChronoUnit.MICROS.between(Instant.ofEpochMilli(millis), Instant.now());
	}

}
