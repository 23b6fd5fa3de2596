package io.github.kvevents.support;

/**
 * Waits for a thread that was asked to end. For our packages.
 */
public final class ThreadEnd {

	private ThreadEnd() {
	}

	/**
	 * Waits for a thread to end, then interrupts it, since it may wait for a server. An
	 * interrupt of the caller ends the wait. A thread that can't end before the current
	 * call is left alone.
	 * @param thread the thread
	 * @param patience how long to wait before the interrupt, in milliseconds
	 * @param millis how long to wait after it
	 * @return whether it ended
	 */
	public static boolean await(Thread thread, long patience, long millis) {
		if (CallChain.isOn(thread)) {
			return false;
		}
		try {
			thread.join(patience);
			if (thread.isAlive()) {
				thread.interrupt();
				thread.join(millis);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return !thread.isAlive();
	}

	/**
	 * Waits for a thread to end, and interrupts it if it takes long: it may wait for a
	 * server that does not answer. An interrupt of the caller ends the wait.
	 * @param thread the thread
	 * @param millis how long to wait before the interrupt, and again after it
	 * @return whether it ended
	 */
	public static boolean await(Thread thread, long millis) {
		return await(thread, millis, millis);
	}

}
