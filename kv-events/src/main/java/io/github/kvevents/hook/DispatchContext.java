package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.ThreadSlot;

/**
 * How deep the current thread is in hooks that trigger each other. It is propagated to
 * the thread that a hook runs on.
 *
 * @param depth how many hooks deep, 0 outside of hooks
 * @param async whether an asynchronous hook is among them, so that the thread must not
 * wait for room in a queue that it may itself be needed to empty
 * @param errorHandler whether the error handler is among them: what goes wrong in hooks
 * of what it writes is not given to it again. With several hooks that fail, the number of
 * its calls would double with each level otherwise
 */
record DispatchContext(int depth, boolean async, boolean errorHandler) {

	static final int MAX_DEPTH = 16;

	private static final DispatchContext OUTSIDE = new DispatchContext(0, false, false);

	/** What most hooks run in. */
	private static final DispatchContext OUTERMOST_HOOK = new DispatchContext(1, false, false);

	private static final DispatchContext OUTERMOST_ASYNC_HOOK = new DispatchContext(1, true, false);

	private static final ThreadSlot<DispatchContext> CURRENT = new ThreadSlot<>();

	static DispatchContext current() {
		return current(ThreadSlot.here());
	}

	static DispatchContext current(@Nullable Object[] here) {
		DispatchContext context = CURRENT.get(here);
		return (context != null) ? context : OUTSIDE;
	}

	/**
	 * Whether a change that is made here calls no hook any more.
	 */
	boolean isTooDeep() {
		return this.depth >= MAX_DEPTH;
	}

	/**
	 * Whether the error handler may be called here: also for a hook that was not called
	 * since it was too deep, but not for what it caused itself.
	 */
	boolean allowsErrorHandler() {
		return !this.errorHandler && this.depth <= MAX_DEPTH + 1;
	}

	/**
	 * Whether filters may be asked here: also for what an error handler writes, and no
	 * deeper, since a filter that writes would be asked without end.
	 */
	boolean allowsFilters() {
		return this.depth <= MAX_DEPTH + 2;
	}

	private boolean isOutside() {
		return this.depth == 0 && !this.async && !this.errorHandler;
	}

	DispatchContext inHook() {
		return isOutside() ? OUTERMOST_HOOK : new DispatchContext(this.depth + 1, this.async, this.errorHandler);
	}

	DispatchContext inAsyncHook() {
		return isOutside() ? OUTERMOST_ASYNC_HOOK : new DispatchContext(this.depth + 1, true, this.errorHandler);
	}

	DispatchContext inErrorHandler() {
		return new DispatchContext(this.depth, this.async, true);
	}

	/**
	 * Makes this the context of the current thread until the scope is closed.
	 */
	Scope open() {
		@Nullable Object[] here = ThreadSlot.here();
		DispatchContext previous = open(here);
		return () -> restore(here, previous);
	}

	/**
	 * Makes this the context of the current thread.
	 * @return what to {@link #restore}
	 */
	@Nullable DispatchContext open(@Nullable Object[] here) {
		return CURRENT.replace(here, this);
	}

	static void restore(@Nullable Object[] here, @Nullable DispatchContext previous) {
		CURRENT.replace(here, previous);
	}

	/**
	 * Restores the context of before.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
