package io.github.kvevents.redis.notification;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.SubscriptionListener;

import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.support.DaemonThreads;

/**
 * Notifications of a single server, or of the primary of a Sentinel setup.
 */
final class SingleServerSource implements NotificationSource, NotificationSource.ServerFlags {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private final RedisConnectionFactory connectionFactory;

	private final String channel;

	SingleServerSource(RedisConnectionFactory connectionFactory, int database) {
		this.connectionFactory = connectionFactory;
		this.channel = "__keyevent@" + database + "__:expired";
	}

	@Override
	public Subscription subscribe(Consumer<byte[]> keys, Runnable resubscribed) throws InterruptedException {
		ChannelSubscription subscription = new ChannelSubscription(this.connectionFactory, this.channel, keys,
				resubscribed);
		try {
			subscription.open();
			return subscription;
		}
		catch (RuntimeException | InterruptedException ex) {
			subscription.close();
			throw ex;
		}
	}

	@Override
	public List<ServerFlags> servers() {
		return List.of(this);
	}

	@Override
	public KeyspaceFlags read() {
		Properties reply = RedisConnections.of(this.connectionFactory)
			.call((connection) -> connection.serverCommands().getConfig(KeyspaceFlags.SETTING));
		return new KeyspaceFlags(reply.getProperty(KeyspaceFlags.SETTING, ""));
	}

	@Override
	public void write(String flags) {
		RedisConnections.of(this.connectionFactory)
			.run((connection) -> connection.serverCommands().setConfig(KeyspaceFlags.SETTING, flags));
	}

	/**
	 * One channel, subscribed over a connection of its own. With Lettuce the subscribe
	 * call returns and the client reconnects by itself, with Jedis the call lasts as long
	 * as the subscription. So a separate thread subscribes, and ends at once if the call
	 * returns.
	 * <p>
	 * A repeated subscription to the same channel changes nothing, but the server
	 * confirms it, which serves as the heartbeat. An unexpected confirmation means that
	 * the client has reconnected, possibly to a server that was restarted.
	 */
	private static final class ChannelSubscription
			implements NotificationSource.Subscription, MessageListener, SubscriptionListener {

		private final RedisConnectionFactory connectionFactory;

		private final byte[] channel;

		private final Consumer<byte[]> keys;

		private final Runnable resubscribed;

		private final CompletableFuture<RedisConnection> opened = new CompletableFuture<>();

		/** How many requested confirmations are outstanding. */
		private final AtomicLong awaited = new AtomicLong(1);

		private final Thread thread = DaemonThreads.single(this::subscribe,
				ExpiryNotificationBridge.THREAD_PREFIX + "subscribe");

		private volatile @Nullable RedisConnection connection;

		private volatile boolean closed;

		private volatile boolean broken;

		ChannelSubscription(RedisConnectionFactory connectionFactory, String channel, Consumer<byte[]> keys,
				Runnable resubscribed) {
			this.connectionFactory = connectionFactory;
			this.channel = channel.getBytes(StandardCharsets.US_ASCII);
			this.keys = keys;
			this.resubscribed = resubscribed;
		}

		/**
		 * Connects, subscribes, and waits for the server to confirm.
		 */
		void open() throws InterruptedException {
			this.thread.start();
			try {
				this.opened.get();
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof RuntimeException cause) {
					throw cause;
				}
				throw new IllegalStateException(ex.getCause());
			}
		}

		private void subscribe() {
			try {
				RedisConnection connection = this.connectionFactory.getConnection();
				this.connection = connection;
				if (connection instanceof RedisClusterConnection) {
					throw new UnsupportedOperationException(
							"Expiry notifications of a Redis Cluster need the driver Lettuce, and keys that other clients "
									+ "gave a time to live expire without an event: use Lettuce, or set "
									+ "'kv.events.expiry.notifications.mode=off'");
				}
				connection.subscribe(this, this.channel);
			}
			catch (Throwable ex) {
				this.broken = true;
				this.opened.completeExceptionally(refusalOf(ex));
			}
			finally {
				closeIfAbandoned();
			}
		}

		/**
		 * A driver that can't subscribe never will: there is no point in a retry.
		 */
		private static Throwable refusalOf(Throwable failure) {
			Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
			if (cause instanceof UnsupportedOperationException && cause != failure) {
				return new UnsupportedOperationException(
						"Expiry notifications are off, and keys that other clients gave a time to live expire without an event: "
								+ "the driver can't subscribe with 'spring.data.redis.masterreplica.nodes' ("
								+ cause.getMessage()
								+ "). Use Sentinel, or 'spring.data.redis.host' of the primary and "
								+ "'spring.data.redis.lettuce.read-from'; or set 'kv.events.expiry.notifications.mode=off'",
						failure);
			}
			return failure;
		}

		@Override
		public void onMessage(Message message, byte @Nullable [] pattern) {
			this.keys.accept(message.getBody());
		}

		@Override
		public void onChannelSubscribed(byte[] channel, long channels) {
			RedisConnection connection = this.connection;
			if (connection != null) {
				this.opened.complete(connection);
			}
			if (this.awaited.getAndUpdate((count) -> Math.max(0, count - 1)) == 0) {
				this.resubscribed.run();
			}
		}

		@Override
		public void probe() {
			RedisConnection connection = this.connection;
			org.springframework.data.redis.connection.Subscription subscription = (connection != null)
					? connection.getSubscription() : null;
			if (this.broken || subscription == null || !subscription.isAlive()) {
				throw new RedisConnectionFailureException("The subscription has ended");
			}
			this.awaited.incrementAndGet();
			subscription.subscribe(this.channel);
		}

		@Override
		public void close() {
			this.closed = true;
			if (!this.opened.isDone()) {
				// the server may never answer, and a client that was shut down waits for
				// ever
				this.thread.interrupt();
			}
			closeIfAbandoned();
		}

		/**
		 * Closes the connection, called by both {@code close()} and a slow attempt to
		 * connect: the later of the two closes it. Closing it twice is harmless, since
		 * one that was made to subscribe is not used again.
		 */
		private void closeIfAbandoned() {
			RedisConnection connection = this.connection;
			if (!this.closed || connection == null) {
				return;
			}
			try (connection) {
				org.springframework.data.redis.connection.Subscription subscription = connection.getSubscription();
				if (subscription != null) {
					subscription.close();
				}
			}
			catch (RuntimeException ex) {
				// Jedis can't end one whose connection was never established
				logger.debug("A subscription could not be closed", ex);
			}
		}

	}

}
