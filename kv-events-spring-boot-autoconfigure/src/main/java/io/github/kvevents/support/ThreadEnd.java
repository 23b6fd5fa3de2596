package io.github.kvevents.support;

/**
 * How to wait for a thread that was told to end. For our packages.
 */
public final class ThreadEnd {

	private ThreadEnd() {
	}

	/**
	 * Waits for the end, and interrupts a thread that takes long: it waits for a server
	 * that is gone. An interrupt of the caller ends the wait.
	 * @param thread the thread
	 * @param millis how long to wait before the interrupt, and once more behind it
	 * @return whether it ended
	 */
	public static boolean await(Thread thread, long millis) {
		try {
			thread.join(millis);
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

}
