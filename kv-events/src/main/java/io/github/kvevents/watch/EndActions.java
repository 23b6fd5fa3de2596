package io.github.kvevents.watch;

import java.util.ArrayList;
import java.util.List;

/**
 * What to do once when a watch ends, to give back what it holds.
 */
final class EndActions implements Runnable {

	private final List<Runnable> actions = new ArrayList<>(2);

	private boolean ended;

	/**
	 * Adds an action, or runs it at once if the watch has ended.
	 */
	void add(Runnable action) {
		synchronized (this.actions) {
			if (!this.ended) {
				this.actions.add(action);
				return;
			}
		}
		action.run();
	}

	/**
	 * The watch has ended. A second call does nothing.
	 */
	@Override
	public void run() {
		List<Runnable> pending;
		synchronized (this.actions) {
			this.ended = true;
			pending = List.copyOf(this.actions);
			this.actions.clear();
		}
		pending.forEach(Runnable::run);
	}

}
