package io.github.kvevents.support;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What the current thread calls code of the application for, from the innermost call
 * outwards, and the threads that wait for it. Whatever stops asks it, so that it doesn't
 * wait for, nor interrupt, the very call that stops it: a hook may close the application.
 * For our packages.
 */
public final class CallChain {

	private static final ThreadLocal<@Nullable CallChain> CURRENT = new ThreadLocal<>();

	private final Object work;

	private final Thread thread = Thread.currentThread();

	private final @Nullable CallChain outer;

	private CallChain(Object work, @Nullable CallChain outer) {
		this.work = work;
		this.outer = outer;
	}

	/**
	 * Begins a call on the current thread.
	 * @param work what it is for
	 * @return to be closed at its end
	 */
	public static Scope enter(Object work) {
		CallChain outer = CURRENT.get();
		return set(new CallChain(work, outer), outer);
	}

	/**
	 * The chain that the current thread is in.
	 * @return the chain, {@code null} outside of calls
	 */
	public static @Nullable CallChain current() {
		return CURRENT.get();
	}

	/**
	 * Takes a chain over to the current thread, while the thread that it was taken from
	 * waits.
	 * @param chain the chain, {@code null} for none
	 * @return to be closed at the end
	 */
	public static Scope resume(@Nullable CallChain chain) {
		return set(chain, CURRENT.get());
	}

	private static Scope set(@Nullable CallChain chain, @Nullable CallChain previous) {
		replace(chain);
		return () -> replace(previous);
	}

	private static void replace(@Nullable CallChain chain) {
		if (chain != null) {
			CURRENT.set(chain);
		}
		else {
			CURRENT.remove();
		}
	}

	/**
	 * What the current call is for.
	 * @param <T> the type of what is looked for
	 * @param type the class of what is looked for
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
	 * Has others do meanwhile what the current call keeps from being done: called before
	 * it waits for that.
	 */
	public static void replaceCaller() {
		works(Replaceable.class).forEach(Replaceable::replace);
	}

	/**
	 * Whether a thread can't end before the current call does: it is the current one, or
	 * waits for it.
	 * @param thread the thread
	 * @return whether it is so
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
	 * The work of a thread or of a place that others wait for.
	 */
	@FunctionalInterface
	public interface Replaceable {

		/**
		 * Adds another one until this has ended. Called again it does nothing.
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
