package io.github.kvevents.support;

import java.lang.reflect.UndeclaredThrowableException;

import org.jspecify.annotations.Nullable;

/**
 * Holds an interrupt of the current thread back while one operation calls code of the
 * application several times and the store in between: neither must fail since the code
 * before it was interrupted. The flag is raised again once, at the end of the outermost
 * operation. For our packages.
 */
public final class DeferredInterrupt {

	private static final ThreadLocal<@Nullable DeferredInterrupt> CURRENT = new ThreadLocal<>();

	private static final Scope INNER = () -> {
	};

	private boolean raised;

	private DeferredInterrupt() {
	}

	/**
	 * Begins an operation on the current thread.
	 * @return to be closed at its end
	 */
	public static Scope open() {
		if (CURRENT.get() != null) {
			return INNER;
		}
		DeferredInterrupt outermost = new DeferredInterrupt();
		CURRENT.set(outermost);
		return outermost::end;
	}

	private void end() {
		CURRENT.remove();
		if (this.raised) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Called after code of the application: takes its interrupt away until the end of the
	 * operation. Outside of one the flag stays.
	 */
	public static void hold() {
		DeferredInterrupt current = CURRENT.get();
		if (current != null && Thread.interrupted()) {
			current.raised = true;
		}
	}

	/**
	 * Called for what code of the application threw: an {@link InterruptedException} has
	 * taken the flag down, and it is to be raised again.
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
