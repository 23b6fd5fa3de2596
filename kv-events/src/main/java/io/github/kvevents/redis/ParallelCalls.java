package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.kvevents.support.DaemonThreads;

/**
 * Runs calls to the nodes of a Redis Cluster at the same time. The caller runs one of
 * them, and those for which no thread is left.
 */
final class ParallelCalls {

	/** How many calls run at the same time, besides those of the callers. */
	static final int MAX_THREADS = 16;

	/** The threads end when they are idle. */
	private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(0, MAX_THREADS, 5, TimeUnit.SECONDS,
			new SynchronousQueue<>(), ParallelCalls::thread, new ThreadPoolExecutor.CallerRunsPolicy());

	private ParallelCalls() {
	}

	private static Thread thread(Runnable calls) {
		Thread thread = DaemonThreads.single(calls, "kv-redis-cluster");
		thread.setContextClassLoader(ParallelCalls.class.getClassLoader());
		return thread;
	}

	private static void execute(Runnable call) {
		THREADS.execute(DaemonThreads.inheriting(call));
	}

	/**
	 * Runs calls and waits for all of them.
	 * @return their results, in the same order
	 * @throws RuntimeException what the first failed one failed with
	 */
	static <T> List<T> run(List<Supplier<T>> calls) {
		List<CompletableFuture<T>> started = new ArrayList<>(calls.size());
		for (int index = 0; index < calls.size(); index++) {
			Supplier<T> call = calls.get(index);
			boolean last = index == calls.size() - 1;
			started.add(CompletableFuture.supplyAsync(call, last ? Runnable::run : ParallelCalls::execute));
		}
		List<T> results = new ArrayList<>(calls.size());
		try {
			started.forEach((call) -> results.add(call.join()));
			return results;
		}
		catch (CompletionException ex) {
			CompletableFuture.allOf(started.toArray(CompletableFuture[]::new)).exceptionally((ignored) -> null).join();
			throw cause(ex);
		}
	}

	private static RuntimeException cause(CompletionException failure) {
		return (failure.getCause() instanceof RuntimeException cause) ? cause : failure;
	}

}
