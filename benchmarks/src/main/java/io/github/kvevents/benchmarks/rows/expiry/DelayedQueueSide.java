package io.github.kvevents.benchmarks.rows.expiry;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.redisson.api.RBlockingQueue;
import org.redisson.api.RDelayedQueue;
import org.redisson.client.codec.StringCodec;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Parallel;
import io.github.kvevents.benchmarks.fixture.Peers;

/**
 * Entries of Redisson's delayed queue, and a thread that takes them.
 */
@SuppressWarnings("deprecation") // in favour of a queue that is not in the free edition
final class DelayedQueueSide extends LatenessSide {

	static final String NAME = "Redisson delayed queue";

	private final BenchmarkServer server = new BenchmarkServer();

	private final Peers peers = new Peers(this.server.port());

	private final RBlockingQueue<String> queue = this.peers.redisson().getBlockingQueue("queue", StringCodec.INSTANCE);

	private final RDelayedQueue<String> delayed;

	private volatile boolean closed;

	DelayedQueueSide() throws Exception {
		super(NAME);
		this.delayed = this.peers.redisson().getDelayedQueue(this.queue);
		Thread thread = new Thread(this::take, "delayed-queue");
		thread.setDaemon(true);
		thread.start();
	}

	private void take() {
		try {
			while (!this.closed) {
				String key = this.queue.poll(1, TimeUnit.SECONDS);
				if (key != null) {
					expired(key);
				}
			}
		}
		catch (InterruptedException | RuntimeException ex) {
			if (!this.closed) {
				throw new IllegalStateException("The delayed queue can't be read", ex);
			}
		}
	}

	@Override
	void write(LatenessRow row, LatenessRecorder recorder) throws InterruptedException {
		Parallel.run(WRITERS, row.keys(),
				(index) -> offer(recorder.key(index), recorder.deadline(index) - System.currentTimeMillis()));
	}

	@Override
	void writeBeside(int from, int to) throws InterruptedException {
		Parallel.run(WRITERS, to - from, (index) -> offer("beside:" + (from + index), LONG_LIFE.toMillis()));
	}

	private void offer(String key, long millis) {
		this.delayed.offer(key, Math.max(1, millis), TimeUnit.MILLISECONDS);
	}

	@Override
	public void close() throws IOException {
		this.closed = true;
		this.peers.close();
		this.server.close();
	}

}
