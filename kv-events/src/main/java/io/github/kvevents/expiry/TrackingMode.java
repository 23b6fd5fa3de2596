package io.github.kvevents.expiry;

/**
 * Which keys to keep in the deadline index.
 */
public enum TrackingMode {

	/**
	 * Keys that get a time to live and whose expiry something may receive: an
	 * {@code EXPIRED} hook that may select the key, a Spring listener or a watch, of this
	 * instance or of another one of the namespace, or the change log.
	 */
	AUTO,

	/**
	 * All keys that get a time to live, for receivers in other instances. This instance
	 * sweeps, but takes expiries only if it has receivers.
	 */
	ALL,

	/**
	 * None. The change log has no expiries then.
	 */
	OFF

}
