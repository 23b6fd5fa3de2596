package io.github.kvevents.redis.notification;

import java.util.List;
import java.util.function.Consumer;

/**
 * Where expiry notifications come from: the one place that knows how many servers there
 * are and how to talk to them. Its methods block and are called by one thread.
 */
interface NotificationSource {

	/**
	 * Subscribes on every server that could tell of an expiry.
	 * @param keys gets the key of each notification, on a thread that must not be held up
	 * @param resubscribed runs whenever the client connected and subscribed anew by
	 * itself, on a thread that must not be held up
	 * @return the subscription, confirmed by the servers
	 * @throws RuntimeException if a server can't be reached or refuses
	 * @throws UnsupportedOperationException if trying again would never help
	 */
	Subscription subscribe(Consumer<byte[]> keys, Runnable resubscribed) throws InterruptedException;

	/**
	 * The settings of every server that has to notify.
	 * @return an element for each server
	 */
	List<ServerFlags> servers();

	/**
	 * A subscription that is under way.
	 */
	interface Subscription extends AutoCloseable {

		/**
		 * Asks the servers for a sign of life over the subscribed connections. Blocks
		 * while a client reconnects.
		 * @throws RuntimeException if the subscription has to be made anew
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
