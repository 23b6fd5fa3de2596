package io.github.kvevents.expiry;

/**
 * How to use the keyspace notifications that Redis sends when a key expires.
 */
public enum NotificationMode {

	/**
	 * Listen, and change nothing on the server. If flags are missing in the setting of
	 * the server, a warning names them.
	 */
	LISTEN,

	/**
	 * Listen, and add what is missing to the server's {@code notify-keyspace-events}. No
	 * flag is ever removed. Missing flags are added again after a restart of the server.
	 */
	CONFIGURE,

	/**
	 * Do not listen.
	 */
	OFF

}
