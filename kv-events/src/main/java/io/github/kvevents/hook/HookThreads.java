package io.github.kvevents.hook;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that hooks run on beside their caller's. They are daemons and end when they
 * are idle, so that nothing has to be shut down, and hooks go on in an application that
 * is started again.
 */
final class HookThreads {

	private static final int IDLE_SECONDS = 5;

	private HookThreads() {
	}

	/**
	 * A thread for each task that runs, however many: whoever submits them bounds them.
	 */
	static ThreadPoolExecutor unbounded(ThreadFactory threadFactory) {
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
				threadFactory);
	}

	static ThreadPoolExecutor pool(int threads, ThreadFactory threadFactory) {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threadFactory);
		pool.allowCoreThreadTimeOut(true);
		return pool;
	}

}
