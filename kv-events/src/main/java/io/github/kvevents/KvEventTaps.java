package io.github.kvevents;

import java.util.Collection;

/**
 * The taps of a {@link KvEventDispatcher}.
 */
public interface KvEventTaps {

	/**
	 * Adds a tap. It may not receive the events of operations that are in flight.
	 * @param tap receives the events of the operations that begin from now on
	 */
	void add(KvEventTap tap);

	/**
	 * Removes a tap, if it is there.
	 * @param tap the tap
	 */
	void remove(KvEventTap tap);

	/**
	 * Waits until each operation is done that began before this call and whose events no
	 * tap wanted. Never called from within an operation.
	 */
	void awaitQuiescence();

	/**
	 * Runs an action while no operation whose events a tap receives can change these
	 * keys.
	 * @param keys the keys
	 * @param action what to do
	 */
	void runHolding(Collection<String> keys, Runnable action);

}
