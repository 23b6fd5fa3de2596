package io.github.kvevents.support;

/**
 * How to wait for a thread that was told to end. For our packages.
 */
public final class ThreadEnd {

	private ThreadEnd() {
	}

	/**
	 * Waits for the end of a thread that may wait for a server, which an interrupt ends.
	 * An interrupt of the caller ends the wait. A thread that can't end before the
	 * current call does is left alone.
	 * @param thread the thread
	 * @param patience how long to wait before the interrupt, in milliseconds
	 * @param millis how long to wait behind it
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
	 * Waits for the end, and interrupts a thread that takes long: it waits for a server
	 * that is gone. An interrupt of the caller ends the wait.
	 * @param thread the thread
	 * @param millis how long to wait before the interrupt, and once more behind it
	 * @return whether it ended
	 */
	public static boolean await(Thread thread, long millis) {
		return await(thread, millis, millis);
	}

}
