package io.github.kvevents.support;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The nested calls of application code on the current thread, from the innermost
 * outwards, and the threads that wait for them. A component that stops checks it, so that
 * it neither waits for nor interrupts the call that stops it: a hook may close the
 * application. For our packages.
 */
public final class CallChain {

	private static final ThreadSlot<CallChain> CURRENT = new ThreadSlot<>();

	private final Object work;

	private final Thread thread = Thread.currentThread();

	private final @Nullable CallChain outer;

	private CallChain(Object work, @Nullable CallChain outer) {
		this.work = work;
		this.outer = outer;
	}

	/**
	 * Starts a call on the current thread.
	 * @param work the work of the call
	 * @return a scope to close at the end of the call
	 */
	public static Scope enter(Object work) {
		@Nullable Object[] here = ThreadSlot.here();
		CallChain outer = enter(here, work);
		return () -> leave(here, outer);
	}

	/**
	 * Starts a call on the current thread, at the cost of one object.
	 * @param here the slots of the current thread
	 * @param work the work of the call
	 * @return what to {@link #leave} with at the end of the call
	 */
	public static @Nullable CallChain enter(@Nullable Object[] here, Object work) {
		return CURRENT.replace(here, new CallChain(work, CURRENT.get(here)));
	}

	/**
	 * Ends a call on the current thread.
	 * @param here the slots of the current thread
	 * @param outer what the start of the call returned
	 */
	public static void leave(@Nullable Object[] here, @Nullable CallChain outer) {
		CURRENT.replace(here, outer);
	}

	/**
	 * The chain of the current thread.
	 * @return the chain, {@code null} outside of calls
	 */
	public static @Nullable CallChain current() {
		return CURRENT.get();
	}

	/**
	 * Continues a chain on the current thread, while its original thread waits.
	 * @param chain the chain, {@code null} for none
	 * @return a scope to close at the end
	 */
	public static Scope resume(@Nullable CallChain chain) {
		CallChain previous = CURRENT.replace(chain);
		return () -> CURRENT.replace(previous);
	}

	/**
	 * The works of a type in the current chain.
	 * @param <T> the type of the works
	 * @param type the class of the works
	 * @return from the innermost call outwards, empty outside of calls
	 */
	public static <T> List<T> works(Class<T> type) {
		List<T> works = new ArrayList<>();
		for (CallChain call = CURRENT.get(); call != null; call = call.outer) {
			if (type.isInstance(call.work)) {
				works.add(type.cast(call.work));
			}
		}
		return works;
	}

	/**
	 * Starts a replacement for each thread that the current call occupies, to be called
	 * before the call waits for work of that thread.
	 */
	public static void replaceCaller() {
		works(Replaceable.class).forEach(Replaceable::replace);
	}

	/**
	 * Whether a thread can't finish before the current call: it is the current one, or
	 * waits for it.
	 * @param thread the thread
	 * @return whether it is part of the chain
	 */
	public static boolean isOn(Thread thread) {
		return threads().contains(thread);
	}

	private static Set<Thread> threads() {
		Set<Thread> threads = new HashSet<>();
		threads.add(Thread.currentThread());
		for (CallChain call = CURRENT.get(); call != null; call = call.outer) {
			threads.add(call.thread);
		}
		return threads;
	}

	/**
	 * Waits for a thread to end, then interrupts it, since it may wait for a server. An
	 * interrupt of the caller ends the wait. A thread that can't end before the current
	 * call is left alone.
	 * @param thread the thread
	 * @param patience how long to wait before the interrupt, in milliseconds
	 * @param millis how long to wait after it
	 * @return whether it ended
	 */
	public static boolean awaitEnd(Thread thread, long patience, long millis) {
		awaitEnd(List.of(thread), patience, millis);
		return !thread.isAlive();
	}

	/**
	 * Waits for threads to end, for all of them as long as for one, as
	 * {@link #awaitEnd(Thread, long, long)} does.
	 * @param threads the threads
	 * @param patience how long to wait before the interrupts, in milliseconds
	 * @param millis how long to wait after them
	 */
	public static void awaitEnd(Collection<Thread> threads, long patience, long millis) {
		List<Thread> others = threads.stream().filter((thread) -> !isOn(thread)).toList();
		try {
			join(others, patience);
			others.stream().filter(Thread::isAlive).forEach(Thread::interrupt);
			join(others, millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void join(List<Thread> threads, long millis) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		for (Thread thread : threads) {
			// zero would wait for ever
			thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
		}
	}

	/**
	 * Waits for a thread to end, and interrupts it if it takes long: it may wait for a
	 * server that does not answer. An interrupt of the caller ends the wait.
	 * @param thread the thread
	 * @param millis how long to wait before the interrupt, and again after it
	 * @return whether it ended
	 */
	public static boolean awaitEnd(Thread thread, long millis) {
		return awaitEnd(thread, millis, millis);
	}

	/**
	 * Work whose thread or slot other work waits for.
	 */
	@FunctionalInterface
	public interface Replaceable {

		/**
		 * Adds a replacement until the work has ended. Further calls do nothing.
		 */
		void replace();

	}

	/**
	 * Ends a call.
	 */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
