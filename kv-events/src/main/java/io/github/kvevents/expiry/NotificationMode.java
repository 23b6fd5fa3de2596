package io.github.kvevents.expiry;

/**
 * What to do about the notifications that the Redis server sends when a key expires.
 */
public enum NotificationMode {

	/**
	 * Listen, and change nothing on the server. If the server's setting lacks what it
	 * needs to notify, a warning says what exactly.
	 */
	LISTEN,

	/**
	 * Listen, and add what is missing to the server's {@code notify-keyspace-events}.
	 * Nothing is ever taken away from that setting. It is put back when the server lost
	 * it in a restart.
	 */
	CONFIGURE,

	/**
	 * Don't listen.
	 */
	OFF

}
