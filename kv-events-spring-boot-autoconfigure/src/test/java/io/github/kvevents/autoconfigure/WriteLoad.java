package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.Collection;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import io.github.kvevents.fixture.TestRedis;

import static org.awaitility.Awaitility.await;

/**
 * A thread that writes one key after the other while servers fail, and records which
 * writes were acknowledged.
 */
final class WriteLoad implements Runnable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int MAX_WRITES = 200_000;

	private final IntConsumer write;

	private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

	private final Map<String, Long> times = new ConcurrentHashMap<>();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private final Thread thread = new Thread(this, "load");

	/** The number of the last key. */
	private final AtomicInteger number = new AtomicInteger();

	private volatile boolean stopped;

	private volatile long longestMillis;

	/**
	 * Starts to write.
	 * @param write writes the {@link #key(int) key} of a number
	 */
	WriteLoad(IntConsumer write) {
		this.write = write;
		this.thread.start();
	}

	static String key(int number) {
		return "load:" + number;
	}

	@Override
	public void run() {
		while (!this.stopped && this.number.get() < MAX_WRITES) {
			int next = this.number.get() + 1;
			long start = System.nanoTime();
			try {
				this.write.accept(next);
				this.times.put(key(next), System.nanoTime());
				this.acknowledged.add(key(next));
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
			this.number.incrementAndGet();
			this.longestMillis = Math.max(this.longestMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
		}
	}

	Queue<String> acknowledged() {
		return this.acknowledged;
	}

	/**
	 * For how long writes of some keys were acknowledged.
	 */
	Duration span(Collection<String> keys) {
		LongSummaryStatistics at = keys.stream().mapToLong(this.times::get).summaryStatistics();
		return (at.getCount() > 0) ? Duration.ofNanos(at.getMax() - at.getMin()) : Duration.ZERO;
	}

	Queue<Throwable> failures() {
		return this.failures;
	}

	long longestMillis() {
		return this.longestMillis;
	}

	void awaitWrites(int count) {
		await().atMost(PATIENCE).until(() -> this.acknowledged.size() >= count);
	}

	void awaitFurtherWrites(int count) {
		awaitWrites(this.acknowledged.size() + count);
	}

	/**
	 * Waits until what is acknowledged is on a server: until then the client writes to
	 * the former primary.
	 */
	void awaitWritesOn(TestRedis primary) {
		await().atMost(PATIENCE).until(() -> primary.template().opsForValue().get(key(this.number.get())) != null);
	}

	void stop() {
		this.stopped = true;
		await().atMost(PATIENCE).until(() -> !this.thread.isAlive());
	}

	@Override
	public String toString() {
		return this.acknowledged.size() + " writes acknowledged, longest call " + this.longestMillis + " ms, failures "
				+ this.failures;
	}

}
