package io.github.kvevents;

/**
 * Hears of each change as it is applied, in the order in which the store applied the
 * changes of a key. Everything it does happens while that key is held: it must be quick
 * and must neither wait nor change keys. What it throws is logged.
 */
public interface KvEventTap {

	/**
	 * Whether the tap may want to hear of an operation. Asked before the operation runs,
	 * on the caller's thread: an operation that no tap wants to hear of holds no key.
	 * @param type the type of its event
	 * @param key the key
	 * @return whether it may be of interest
	 */
	boolean isInterested(KvEventType type, String key);

	/**
	 * Called with each event, of interest or not, while its key is held.
	 * @param event the event
	 */
	void onEvent(KvEvent event);

}
