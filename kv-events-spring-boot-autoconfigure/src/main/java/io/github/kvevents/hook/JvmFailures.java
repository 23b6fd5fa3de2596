package io.github.kvevents.hook;

/**
 * Tells what user code may throw without harm from what means that the JVM itself is in
 * trouble, which is nobody's to swallow. A stack overflow and a class that can't be
 * linked are the hook's own fault.
 */
final class JvmFailures {

	private JvmFailures() {
	}

	static void rethrow(Throwable throwable) {
		if (throwable instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
			throw error;
		}
		if (throwable instanceof ThreadDeath error) {
			throw error;
		}
	}

}
