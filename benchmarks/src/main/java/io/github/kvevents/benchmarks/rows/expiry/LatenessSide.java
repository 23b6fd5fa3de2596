package io.github.kvevents.benchmarks.rows.expiry;

import java.io.IOException;
import java.time.Duration;

/**
 * One way to learn that something expired.
 */
abstract class LatenessSide implements AutoCloseable {

	static final String VALUE = "v".repeat(100);

	static final int WRITERS = 8;

	static final Duration LONG_LIFE = Duration.ofHours(24);

	private final String name;

	private volatile LatenessRecorder recorder = new LatenessRecorder(new LatenessRow("none", 0, Duration.ZERO), 0);

	LatenessSide(String name) {
		this.name = name;
	}

	final String name() {
		return this.name;
	}

	/**
	 * Sets what expires from now on.
	 */
	final LatenessRecorder prepare(LatenessRow row, long first) {
		LatenessRecorder recorder = new LatenessRecorder(row, first);
		this.recorder = recorder;
		return recorder;
	}

	final void expired(String key) {
		this.recorder.expired(key);
	}

	/**
	 * Writes the keys that are to expire.
	 */
	abstract void write(LatenessRow row, LatenessRecorder recorder) throws Exception;

	/**
	 * Writes keys that live for long.
	 * @param from the number of the first
	 * @param to behind the number of the last
	 */
	abstract void writeBeside(int from, int to) throws Exception;

	@Override
	public abstract void close() throws IOException;

}
