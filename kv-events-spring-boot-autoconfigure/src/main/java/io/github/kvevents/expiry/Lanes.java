package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A few threads that call hooks, each key always on the same one, so that its expiries
 * come in order. What waits for a thread is bounded by whoever submits it. A thread ends
 * when it has had nothing to do for a while.
 */
final class Lanes {

	private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(60);

	private final List<ThreadPoolExecutor> lanes;

	Lanes(String threadNamePrefix, int count) {
		this.lanes = IntStream.rangeClosed(1, count).mapToObj((number) -> lane(threadNamePrefix + number)).toList();
	}

	private static ThreadPoolExecutor lane(String threadName) {
		ThreadPoolExecutor lane = new ThreadPoolExecutor(1, 1, IDLE_THREAD_LIFE.toSeconds(), TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, threadName);
					thread.setDaemon(true);
					return thread;
				});
		lane.allowCoreThreadTimeOut(true);
		return lane;
	}

	/**
	 * Has a task run behind all that were submitted for the same key.
	 * @return whether it will run; it won't once the lanes are closed
	 */
	boolean submit(String key, Runnable task) {
		try {
			this.lanes.get(Math.floorMod(key.hashCode(), this.lanes.size())).execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

	/**
	 * Drops what waits, and interrupts what runs.
	 */
	void close() {
		this.lanes.forEach(ThreadPoolExecutor::shutdownNow);
	}

}
