package io.github.kvevents.support;

import java.lang.reflect.UndeclaredThrowableException;

import org.jspecify.annotations.Nullable;

/**
 * Defers an interrupt of the current thread while one operation alternates between
 * application code and the store: neither must fail because earlier code was interrupted.
 * The interrupt flag is set again at the end of the outermost operation. For our
 * packages.
 */
public final class DeferredInterrupt {

	private static final ThreadSlot<Outermost> CURRENT = new ThreadSlot<>();

	private static final Scope INNER = () -> {
	};

	private DeferredInterrupt() {
	}

	/**
	 * Starts an operation on the current thread.
	 * @return a scope to close at its end
	 */
	public static Scope open() {
		return open(ThreadSlot.here());
	}

	/**
	 * Starts an operation on the current thread.
	 * @param here the slots of the current thread
	 * @return a scope to close at its end
	 */
	public static Scope open(@Nullable Object[] here) {
		if (CURRENT.get(here) != null) {
			return INNER;
		}
		Outermost outermost = new Outermost(here);
		CURRENT.replace(here, outermost);
		return outermost;
	}

	/**
	 * Called after application code: defers its interrupt until the end of the operation.
	 * Outside an operation the flag is left as it is.
	 */
	public static void hold() {
		// asked first: nearly always there is none
		if (Thread.currentThread().isInterrupted()) {
			Outermost current = CURRENT.get();
			if (current != null && Thread.interrupted()) {
				current.raised = true;
			}
		}
	}

	/**
	 * Called with an exception of application code: an {@link InterruptedException} has
	 * cleared the flag, which is restored.
	 * @param thrown what was thrown
	 */
	public static void hold(Throwable thrown) {
		// a proxy wraps what its interface doesn't declare
		Throwable cause = (thrown instanceof UndeclaredThrowableException) ? thrown.getCause() : thrown;
		if (cause instanceof InterruptedException) {
			Outermost current = CURRENT.get();
			if (current != null) {
				current.raised = true;
			}
			else {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Ends an operation.
	 */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

	/**
	 * The outermost operation of a thread.
	 */
	private static final class Outermost implements Scope {

		private final @Nullable Object[] here;

		private boolean raised;

		Outermost(@Nullable Object[] here) {
			this.here = here;
		}

		@Override
		public void close() {
			CURRENT.replace(this.here, null);
			if (this.raised) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
