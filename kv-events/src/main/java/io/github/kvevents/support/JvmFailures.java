package io.github.kvevents.support;

/**
 * Tells what user code may throw without harm from what means that the JVM itself is in
 * trouble, which is nobody's to swallow. A stack overflow and a class that can't be
 * linked are that code's own fault. For our packages.
 */
public final class JvmFailures {

	private JvmFailures() {
	}

	/**
	 * Throws what nobody may swallow.
	 * @param throwable what user code threw
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
