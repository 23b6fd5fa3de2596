package io.github.kvevents.redis.notification;

import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Notifications of a single server, or of the primary of a Sentinel setup.
 */
final class SingleServerSource implements NotificationSource, NotificationSource.ServerFlags {

	private static final String SETTING = "notify-keyspace-events";

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
		Properties reply = withConnection((connection) -> connection.serverCommands().getConfig(SETTING));
		return new KeyspaceFlags(reply.getProperty(SETTING, ""));
	}

	@Override
	public void write(String flags) {
		withConnection((connection) -> {
			connection.serverCommands().setConfig(SETTING, flags);
			return flags;
		});
	}

	private <T> T withConnection(Function<RedisConnection, T> action) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			return action.apply(connection);
		}
	}

}
