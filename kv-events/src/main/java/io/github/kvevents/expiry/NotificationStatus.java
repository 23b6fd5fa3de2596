package io.github.kvevents.expiry;

import org.jspecify.annotations.Nullable;

/**
 * The status of the notification bridge: a snapshot, without keys.
 *
 * @param mode the configured mode
 * @param state the state of the bridge
 * @param missingFlags the characters that the server's {@code notify-keyspace-events}
 * lacks to publish expiries, for example {@code Ex}; empty if none, or if unknown because
 * the server refuses {@code CONFIG}
 * @param configRefused whether the server refused {@code CONFIG} to this application
 * @param received how many notifications of keys of this application have arrived since
 * the start
 * @param dropped how many of them were dropped because the queue was full
 * @param lastError the class name of the last failure, {@code null} if there was none
 * since the last success
 */
public record NotificationStatus(NotificationMode mode, State state, String missingFlags, boolean configRefused,
		long received, long dropped, @Nullable String lastError) {

	/**
	 * The state of the bridge.
	 */
	public enum State {

		/**
		 * Not started, stopped, or switched off.
		 */
		OFF,

		/**
		 * This instance has no receivers of expiries, so there is no connection.
		 */
		IDLE,

		/**
		 * The server is not reachable; connecting is retried.
		 */
		CONNECTING,

		/**
		 * Subscribed. Notifications arrive if no flag is missing on the server.
		 */
		LISTENING

	}

}
