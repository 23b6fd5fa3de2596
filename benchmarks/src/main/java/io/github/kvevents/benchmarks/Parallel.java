package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Shares numbers among threads.
 */
final class Parallel {

	private Parallel() {
	}

	/**
	 * Has threads do something for each number, in order as they are taken.
	 * @param threads how many threads
	 * @param end behind the last number
	 * @param work what to do
	 */
	static void run(int threads, int end, IntConsumer work) throws InterruptedException {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			AtomicInteger next = new AtomicInteger();
			List<Future<?>> futures = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				futures.add(executor.submit(() -> {
					for (int index = next.getAndIncrement(); index < end; index = next.getAndIncrement()) {
						work.accept(index);
					}
				}));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		finally {
			executor.shutdownNow();
		}
	}

}
