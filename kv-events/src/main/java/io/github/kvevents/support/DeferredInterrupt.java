package io.github.kvevents.support;

import java.lang.reflect.UndeclaredThrowableException;

/**
 * Defers an interrupt of the current thread while one operation alternates between
 * application code and the store: neither must fail because earlier code was interrupted.
 * The interrupt flag is set again at the end of the outermost operation. For our
 * packages.
 */
public final class DeferredInterrupt {

	private static final ThreadSlot<DeferredInterrupt> CURRENT = new ThreadSlot<>();

	private static final Scope INNER = () -> {
	};

	private boolean raised;

	private DeferredInterrupt() {
	}

	/**
	 * Starts an operation on the current thread.
	 * @return a scope to close at its end
	 */
	public static Scope open() {
		if (CURRENT.get() != null) {
			return INNER;
		}
		DeferredInterrupt outermost = new DeferredInterrupt();
		CURRENT.replace(outermost);
		return outermost::end;
	}

	private void end() {
		CURRENT.replace(null);
		if (this.raised) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Called after application code: defers its interrupt until the end of the operation.
	 * Outside an operation the flag is left as it is.
	 */
	public static void hold() {
		DeferredInterrupt current = CURRENT.get();
		if (current != null && Thread.interrupted()) {
			current.raised = true;
		}
	}

	/**
	 * Called with an exception of application code: an {@link InterruptedException} has
	 * cleared the flag, which is restored.
	 * @param thrown what was thrown
	 */
	public static void hold(Throwable thrown) {
		DeferredInterrupt current = CURRENT.get();
		// a proxy wraps what its interface doesn't declare
		Throwable cause = (thrown instanceof UndeclaredThrowableException) ? thrown.getCause() : thrown;
		if (cause instanceof InterruptedException) {
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

}
