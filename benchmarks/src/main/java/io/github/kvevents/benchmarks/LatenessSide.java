package io.github.kvevents.benchmarks;

import java.time.Duration;

/**
 * One of the two that {@link ExpiryLateness} compares.
 */
interface LatenessSide extends AutoCloseable {

	/**
	 * Sets where expiries are recorded from now on.
	 */
	LatenessRecorder prepare(LatenessRow row, long first);

	/**
	 * Writes the keys that are to expire.
	 */
	void write(LatenessRow row, LatenessRecorder recorder) throws InterruptedException;

	@Override
	void close();

	/**
	 * A recorder for the time before the first row.
	 */
	static LatenessRecorder discarding() {
		return new LatenessRecorder(new LatenessRow("none", 0, Duration.ZERO, 0), "none:", 0);
	}

}
