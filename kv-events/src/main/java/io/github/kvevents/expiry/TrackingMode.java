package io.github.kvevents.expiry;

/**
 * Which keys to keep in the deadline index.
 */
public enum TrackingMode {

	/**
	 * Those that get a time to live while somebody would hear of their expiry: an
	 * {@code EXPIRED} hook or a Spring listener of this instance, or readers of the
	 * change log where it is on.
	 */
	AUTO,

	/**
	 * All that get a time to live, for others who would hear of their expiry. This
	 * instance then sweeps, but takes expiries only if somebody in it would hear.
	 */
	ALL,

	/**
	 * None. Expiries are missing from the change log then, too.
	 */
	OFF

}
