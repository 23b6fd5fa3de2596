package io.github.kvevents.log.event;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long the reader of event logs waits inside of the store for new entries: for a
 * second, since each wait is a command. A new follow of another log ends that by an
 * interrupt. It costs a connection, so waits are short while follows are opened.
 */
final class FollowWait {

	private static final Duration SHORT = Duration.ofMillis(100);

	private static final Duration LONG = Duration.ofSeconds(1);

	private Duration next = SHORT;

	private @Nullable Thread waiting;

	private boolean cut;

	/**
	 * The calling thread begins to wait.
	 * @return for how long to wait at most
	 */
	synchronized Duration begin() {
		Duration wait = this.next;
		this.next = (wait.multipliedBy(2).compareTo(LONG) < 0) ? wait.multipliedBy(2) : LONG;
		if (wait.compareTo(SHORT) > 0) {
			this.waiting = Thread.currentThread();
		}
		return wait;
	}

	/**
	 * The calling thread waits no more, and is not interrupted from here on.
	 * @return whether it was
	 */
	synchronized boolean end() {
		boolean cut = this.cut;
		this.waiting = null;
		this.cut = false;
		if (cut) {
			Thread.interrupted();
		}
		return cut;
	}

	/**
	 * Ends a wait that isn't short, and has the next ones be. From any thread.
	 */
	synchronized void cutShort() {
		this.next = SHORT;
		if (this.waiting != null) {
			this.cut = true;
			this.waiting.interrupt();
			this.waiting = null;
		}
	}

}
