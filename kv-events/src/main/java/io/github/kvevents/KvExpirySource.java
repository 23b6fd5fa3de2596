package io.github.kvevents;

/**
 * How an expiry was found out, and with it what the event promises.
 */
public enum KvExpirySource {

	/**
	 * The key's deadline was kept: the event has the last value, the deadline and the
	 * lateness.
	 */
	TRACKING,

	/**
	 * The server's keyspace notification told of it: best effort, without value and
	 * deadline, on every instance.
	 */
	NOTIFICATION

}
