package io.github.kvevents.expiry;

/**
 * Which keys to keep in the deadline index.
 */
public enum TrackingMode {

	/**
	 * Keys that get a time to live while there is a receiver of their expiry: an
	 * {@code EXPIRED} hook or a Spring listener of this instance, or the change log.
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
