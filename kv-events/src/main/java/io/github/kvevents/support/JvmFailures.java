package io.github.kvevents.support;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Distinguishes throwables of user code from failures of the JVM, which must not be
 * swallowed. A stack overflow and a linkage error count as failures of user code. For our
 * packages.
 */
public final class JvmFailures {

	private JvmFailures() {
	}

	/**
	 * Rethrows a failure of the JVM.
	 * @param throwable the throwable of user code
	 */
	public static void rethrow(Throwable throwable) {
		if (isOne(throwable)) {
			throw (Error) throwable;
		}
	}

	/**
	 * Whether a throwable of user code is a failure of the JVM.
	 * @param throwable the throwable
	 * @return whether {@link #rethrow} throws it
	 */
	public static boolean isOne(Throwable throwable) {
		return (throwable instanceof VirtualMachineError && !(throwable instanceof StackOverflowError))
				|| throwable instanceof ThreadDeath;
	}

	/**
	 * Takes a step for each item, also behind one whose step fails: what a failure of the
	 * JVM in one hook leaves out, nothing would make up for.
	 * @param <T> the type of the items
	 * @param items the items
	 * @param step the step, whose first failure is rethrown when all steps were taken
	 */
	public static <T> void forEach(Iterable<? extends T> items, Consumer<? super T> step) {
		@Nullable Throwable first = null;
		for (T item : items) {
			try {
				step.accept(item);
			}
			catch (RuntimeException | Error ex) {
				first = (first != null) ? first : ex;
			}
		}
		rethrowFirst(first);
	}

	/**
	 * The end of such steps where they are on the way of each event: written out, they
	 * need no object and no further call.
	 * @param first the first unchecked throwable of a step, {@code null} for none
	 */
	public static void rethrowFirst(@Nullable Throwable first) {
		if (first instanceof Error error) {
			throw error;
		}
		if (first instanceof RuntimeException ex) {
			throw ex;
		}
	}

}
