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
	void add(Tap tap);

	/**
	 * Removes a tap, if it is there.
	 * @param tap the tap
	 */
	void remove(Tap tap);

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

	/**
	 * Receives each change as it is applied, in the order in which the store applied the
	 * changes of a key. It is called while that key is locked: it must be quick and must
	 * neither wait nor change keys. What it throws is logged.
	 */
	interface Tap {

		/**
		 * Whether the tap may want the event of an operation. Asked before the operation
		 * runs, on the caller's thread: an operation whose events no tap wants locks no
		 * key.
		 * @param type the type of its event
		 * @param key the key
		 * @return whether it may be of interest
		 */
		boolean isInterested(KvEventType type, String key);

		/**
		 * Called with each event, of interest or not, while its key is locked.
		 * @param event the event
		 */
		void onEvent(KvEvent event);

	}

}
