package io.github.kvevents.expiry;

/**
 * Whether to keep the last value of a tracked key for the event of its expiry, beside the
 * key and until it has expired.
 */
public enum LastValueMode {

	/**
	 * If something may take it: a hook that may select the key and receives more than the
	 * key and the type of the event, a Spring listener or a watch, of this instance or of
	 * another one of the namespace. With the change log, or where all keys are tracked
	 * whatever hooks there are, the last value is always kept.
	 */
	AUTO,

	/**
	 * For each tracked key.
	 */
	ALWAYS,

	/**
	 * Never. The events of expiries, and their entries in the change log, have no value.
	 */
	NEVER

}
