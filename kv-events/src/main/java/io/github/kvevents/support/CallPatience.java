package io.github.kvevents.support;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * How long calls of the current thread are repeated while no node serves their keys. A
 * thread that serves partitions of several nodes repeats them by itself, later, so that
 * one node that is away doesn't delay the others. For our packages.
 */
public final class CallPatience {

	private static final long BRIEF_NANOS = Delay.ofMillis(200).nanos();

	private static final ThreadSlot<Long> NANOS = new ThreadSlot<>();

	private CallPatience() {
	}

	/**
	 * Runs calls that are repeated for a moment only.
	 * @param <T> the type of the result
	 * @param calls what to run
	 * @return its result
	 */
	public static <T extends @Nullable Object> T brief(Supplier<T> calls) {
		Long before = NANOS.replace(BRIEF_NANOS);
		try {
			return calls.get();
		}
		finally {
			NANOS.replace(before);
		}
	}

	/**
	 * Runs code of the application within such calls, whose own calls are repeated for as
	 * long as usual.
	 * @param code what to run
	 */
	public static void usual(Runnable code) {
		Long before = NANOS.replace(null);
		try {
			code.run();
		}
		finally {
			NANOS.replace(before);
		}
	}

	/**
	 * How long to repeat a call.
	 * @param usual how long otherwise
	 * @return the nanoseconds
	 */
	public static long nanos(long usual) {
		Long brief = NANOS.get();
		return (brief != null) ? Math.min(brief, usual) : usual;
	}

}
