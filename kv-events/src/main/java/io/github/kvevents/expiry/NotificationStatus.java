package io.github.kvevents.expiry;

import org.jspecify.annotations.Nullable;

/**
 * How the notification bridge is doing: a snapshot, without any key.
 *
 * @param mode the configured mode
 * @param state what the bridge is doing
 * @param missingFlags the characters that the server's {@code notify-keyspace-events}
 * lacks to tell of expiries, for example {@code Ex}; empty if none, or if it isn't known
 * because the server refuses {@code CONFIG}
 * @param configRefused whether the server refused {@code CONFIG} to this application
 * @param received how many notifications of this application's keys came in since the
 * start
 * @param dropped how many of them were dropped because the queue was full
 * @param lastError the class name of the last failure to talk to the server, {@code null}
 * if there was none since it was last reached
 */
public record NotificationStatus(NotificationMode mode, State state, String missingFlags, boolean configRefused,
		long received, long dropped, @Nullable String lastError) {

	/**
	 * What the bridge is doing.
	 */
	public enum State {

		/**
		 * Not started, stopped, or switched off.
		 */
		OFF,

		/**
		 * Nothing in this instance would hear of an expiry, so there is no connection.
		 */
		IDLE,

		/**
		 * The server is not reached (any more), attempts go on.
		 */
		CONNECTING,

		/**
		 * Subscribed. Notifications come if no flag is missing on the server.
		 */
		LISTENING

	}

}
