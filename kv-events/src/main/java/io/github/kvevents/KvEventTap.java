package io.github.kvevents;

/**
 * Receives each change as it is applied, in the order in which the store applied the
 * changes of a key. It is called while that key is locked: it must be quick and must
 * neither wait nor change keys. What it throws is logged.
 */
public interface KvEventTap {

	/**
	 * Whether the tap may want the event of an operation. Asked before the operation
	 * runs, on the caller's thread: an operation whose events no tap wants locks no key.
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
