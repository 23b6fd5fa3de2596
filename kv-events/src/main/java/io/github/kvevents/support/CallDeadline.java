package io.github.kvevents.support;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * When a call of the current thread ends before its timeout: an operation that consists
 * of several calls, or waits for a connection first, ends as a whole within the time that
 * one call may take. For our packages.
 */
public final class CallDeadline {

	private static final ThreadSlot<Long> END = new ThreadSlot<>();

	private static final ThreadSlot<Long> WAITED = new ThreadSlot<>();

	private CallDeadline() {
	}

	/**
	 * Sets when calls end.
	 * @param end a value of {@link System#nanoTime()}, {@code null} for their timeout
	 * @return the one before, to be restored in the end
	 */
	public static @Nullable Long replace(@Nullable Long end) {
		return END.replace(end);
	}

	/**
	 * When calls end.
	 * @return a value of {@link System#nanoTime()}, {@code null} for their timeout
	 */
	public static @Nullable Long get() {
		return END.get();
	}

	/**
	 * Runs a further call of an operation.
	 * @param <T> the type of the result
	 * @param waitedNanos how long the longest of the earlier calls took
	 * @param call what to run; of the calls to the store in it, the first one waits for
	 * less
	 * @return its result
	 */
	public static <T extends @Nullable Object> T afterWait(long waitedNanos, Supplier<T> call) {
		Long outer = WAITED.replace(waitedNanos);
		try {
			return call.get();
		}
		finally {
			WAITED.replace(outer);
		}
	}

	/**
	 * How long the operation of a call that begins has waited already.
	 * @return the nanoseconds; 0 from then on
	 */
	public static long takeWait() {
		Object[] here = ThreadSlot.here();
		Long waited = WAITED.get(here);
		if (waited == null) {
			return 0;
		}
		WAITED.replace(here, null);
		return waited;
	}

}
