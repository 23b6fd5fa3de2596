package io.github.kvevents.hook;

/**
 * Which instances of the application receive an event.
 */
public enum KvHookScope {

	/**
	 * The instance that made the change; for an expiry that was tracked one instance of
	 * the fleet.
	 */
	ONE_INSTANCE,

	/**
	 * Each instance observes the changes of every instance. Needs the change log, which
	 * has no entry for a value that was set to what it was: nothing is ever
	 * {@link io.github.kvevents.KvChange#UNCHANGED}, and a hook for nothing else is
	 * refused.
	 */
	EVERY_INSTANCE

}
