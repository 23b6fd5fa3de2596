package io.github.kvevents;

/**
 * How an expiry was detected, and so what its event guarantees.
 */
public enum KvExpirySource {

	/**
	 * The key's deadline was kept: the event has the last value, the deadline and the
	 * lateness.
	 */
	TRACKING,

	/**
	 * The server's keyspace notification reported it: best effort, without value and
	 * deadline, on every instance.
	 */
	NOTIFICATION

}
