package io.github.kvevents.support;

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
		if (throwable instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
			throw error;
		}
		if (throwable instanceof ThreadDeath error) {
			throw error;
		}
	}

}
