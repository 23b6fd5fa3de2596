package io.github.kvevents;

import java.util.Collection;

/**
 * The taps of a {@link KvEventDispatcher}.
 */
public interface KvEventTaps {

	/**
	 * Adds a tap. Operations that are under way may not be heard by it.
	 * @param tap hears of the operations that begin from now on
	 */
	void add(KvEventTap tap);

	/**
	 * Removes a tap, if it is there.
	 * @param tap the tap
	 */
	void remove(KvEventTap tap);

	/**
	 * Waits until each operation is done that asked its taps before this call, and that
	 * none of them wanted to hear of. Never called from within an operation.
	 */
	void awaitQuiescence();

	/**
	 * Runs an action while no operation that a tap hears of can change these keys.
	 * @param keys the keys
	 * @param action what to do
	 */
	void runHolding(Collection<String> keys, Runnable action);

}
