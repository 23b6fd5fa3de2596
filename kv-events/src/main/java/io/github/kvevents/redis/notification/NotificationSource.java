package io.github.kvevents.redis.notification;

import java.util.List;
import java.util.function.Consumer;

/**
 * The source of expiry notifications, which knows the servers and how to talk to them.
 * Its methods block and are called by one thread.
 */
interface NotificationSource {

	/**
	 * Subscribes on every server that publishes expiries.
	 * @param keys receives the key of each notification, on a thread that must not block
	 * @param resubscribed runs whenever the client has reconnected and subscribed by
	 * itself, on a thread that must not block
	 * @return the subscription, confirmed by the servers
	 * @throws RuntimeException if a server can't be reached or refuses
	 * @throws UnsupportedOperationException if a retry can never succeed
	 */
	Subscription subscribe(Consumer<byte[]> keys, Runnable resubscribed) throws InterruptedException;

	/**
	 * The settings of every server that has to publish expiries.
	 * @return an element for each server
	 */
	List<ServerFlags> servers();

	/**
	 * An active subscription.
	 */
	interface Subscription extends AutoCloseable {

		/**
		 * Probes the servers over the subscribed connections. Blocks while a client
		 * reconnects.
		 * @throws RuntimeException if the subscription has to be renewed
		 */
		void probe();

		/**
		 * Ends the subscription without waiting for the servers.
		 */
		@Override
		void close();

	}

	/**
	 * The {@code notify-keyspace-events} of one server.
	 */
	interface ServerFlags {

		KeyspaceFlags read();

		void write(String flags);

	}

}
