package io.github.kvevents.hook;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * The bounds within which hooks run. Immutable: each method returns new settings.
 *
 * @param overflow what happens when the queue of an asynchronous hook is full
 * @param queueCapacity how many events each asynchronous hook's queue holds
 * @param concurrency how many threads one asynchronous hook may use at a time
 * @param maxAsyncThreads how many threads all asynchronous hooks may use at a time
 * @param maxTimedThreads how many hooks with a timeout may run at a time
 * @param errorsKept how many errors are kept for each hook
 * @param shutdownTimeout how long the queues are drained when the application stops
 */
public record HookSettings(KvOverflow overflow, int queueCapacity, int concurrency, int maxAsyncThreads,
		int maxTimedThreads, int errorsKept, Duration shutdownTimeout) {

	private static final HookSettings DEFAULTS = new HookSettings(KvOverflow.BLOCK, 10_000, 4, 64, 32, 100,
			Duration.ofSeconds(20));

	public HookSettings {
		Assert.notNull(overflow, "'overflow' must not be null");
		positive("queueCapacity", queueCapacity);
		positive("concurrency", concurrency);
		positive("maxAsyncThreads", maxAsyncThreads);
		positive("maxTimedThreads", maxTimedThreads);
		positive("errorsKept", errorsKept);
		Assert.isTrue(!shutdownTimeout.isNegative(),
				() -> "'shutdownTimeout' must not be negative but was " + shutdownTimeout);
	}

	/**
	 * Blocking writers at 10,000 events, 4 threads for each hook and 64 in all, 32 timed
	 * hooks, 100 errors, 20 seconds.
	 * @return the default settings
	 */
	public static HookSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * Sets what happens when the queue of an asynchronous hook is full.
	 * @param overflow the policy
	 * @return new settings
	 */
	public HookSettings overflow(KvOverflow overflow) {
		return new HookSettings(overflow, this.queueCapacity, this.concurrency, this.maxAsyncThreads,
				this.maxTimedThreads, this.errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how many events each asynchronous hook's queue holds.
	 * @param queueCapacity at least 1
	 * @return new settings
	 */
	public HookSettings queueCapacity(int queueCapacity) {
		return new HookSettings(this.overflow, queueCapacity, this.concurrency, this.maxAsyncThreads,
				this.maxTimedThreads, this.errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how many threads one asynchronous hook may use at a time.
	 * @param concurrency at least 1
	 * @return new settings
	 */
	public HookSettings concurrency(int concurrency) {
		return new HookSettings(this.overflow, this.queueCapacity, concurrency, this.maxAsyncThreads,
				this.maxTimedThreads, this.errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how many threads all asynchronous hooks may use at a time.
	 * @param maxAsyncThreads at least 1
	 * @return new settings
	 */
	public HookSettings maxAsyncThreads(int maxAsyncThreads) {
		return new HookSettings(this.overflow, this.queueCapacity, this.concurrency, maxAsyncThreads,
				this.maxTimedThreads, this.errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how many hooks with a timeout may run at a time.
	 * @param maxTimedThreads at least 1
	 * @return new settings
	 */
	public HookSettings maxTimedThreads(int maxTimedThreads) {
		return new HookSettings(this.overflow, this.queueCapacity, this.concurrency, this.maxAsyncThreads,
				maxTimedThreads, this.errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how many errors are kept for each hook.
	 * @param errorsKept at least 1
	 * @return new settings
	 */
	public HookSettings errorsKept(int errorsKept) {
		return new HookSettings(this.overflow, this.queueCapacity, this.concurrency, this.maxAsyncThreads,
				this.maxTimedThreads, errorsKept, this.shutdownTimeout);
	}

	/**
	 * Sets how long the queues are drained when the application stops.
	 * @param shutdownTimeout not negative
	 * @return new settings
	 */
	public HookSettings shutdownTimeout(Duration shutdownTimeout) {
		return new HookSettings(this.overflow, this.queueCapacity, this.concurrency, this.maxAsyncThreads,
				this.maxTimedThreads, this.errorsKept, shutdownTimeout);
	}

	private static void positive(String name, int value) {
		Assert.isTrue(value > 0, () -> "'" + name + "' must be at least 1 but was " + value);
	}

}
