package io.github.kvevents.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Makes daemon threads that inherit nothing from the thread that happens to need them
 * first: no inheritable thread local, which may say who the user of a request is and
 * would be seen by the hooks of all others, and no context class loader. For our
 * packages.
 */
public final class DaemonThreads implements ThreadFactory {

	private final String namePrefix;

	private final boolean background;

	private final AtomicInteger number = new AtomicInteger();

	private final @Nullable ClassLoader contextClassLoader = ClassUtils.getDefaultClassLoader();

	/**
	 * Creates a factory whose threads all have the context class loader of the thread
	 * that creates it.
	 * @param namePrefix the names of the threads, without their number
	 */
	public DaemonThreads(String namePrefix) {
		this(namePrefix, false);
	}

	private DaemonThreads(String namePrefix, boolean background) {
		this.namePrefix = namePrefix;
		this.background = background;
	}

	/**
	 * Creates a factory of threads that all work in the background.
	 * @param namePrefix the names of the threads, without their number
	 * @return the factory
	 */
	public static DaemonThreads inBackground(String namePrefix) {
		return new DaemonThreads(namePrefix, true);
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new DaemonThread(task, this.namePrefix + this.number.incrementAndGet(), this.background);
		thread.setContextClassLoader(this.contextClassLoader);
		return thread;
	}

	/**
	 * One thread that works in the background, which isn't started.
	 * @param task what it runs
	 * @param name its name
	 * @return the thread, with the context class loader of the caller
	 */
	public static Thread single(Runnable task, String name) {
		return new DaemonThread(task, name, true);
	}

	/**
	 * Whether the current thread works in the background: nothing that it does is, in
	 * itself, a call of the application.
	 * @return {@code false} for threads of pools, which run what the application gave
	 * them, and for all threads of others
	 */
	public static boolean isBackground() {
		return Thread.currentThread() instanceof DaemonThread thread && thread.background;
	}

	/**
	 * Work that is done in the background if the current thread works there, whichever of
	 * these threads runs it.
	 * @param work the work
	 * @return the work to hand to another thread
	 */
	public static Runnable inheriting(Runnable work) {
		boolean background = isBackground();
		return () -> {
			if (Thread.currentThread() instanceof DaemonThread thread) {
				thread.background = background;
			}
			work.run();
		};
	}

	/**
	 * Makes another factory's threads inherit nothing either, whatever they are.
	 * @param factory makes threads that inherit from the one that makes them
	 * @return a factory that has each made by a thread which has nothing to inherit
	 */
	public static ThreadFactory detached(ThreadFactory factory) {
		Executor maker = (making) -> single(making, "kv-thread-maker").start();
		return (task) -> CompletableFuture.supplyAsync(() -> factory.newThread(task), maker).join();
	}

	private static final class DaemonThread extends Thread {

		/** Read and written by this thread, once it runs. */
		private boolean background;

		DaemonThread(Runnable task, String name, boolean background) {
			super(null, task, name, 0, false);
			this.background = background;
			setDaemon(true);
		}

	}

}
