package io.github.kvevents.redis.topology;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateAdapter;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What the Sentinels of a primary say. Used by one thread.
 */
final class Sentinels {

	private static final Log logger = LogFactory.getLog(Sentinels.class);

	/** All Sentinels publish it when they know the new primary. */
	private static final String SWITCHED = "+switch-master";

	/**
	 * The Sentinel that leads a fail-over publishes it as soon as the new primary is one,
	 * seconds before the other message.
	 */
	private static final String PROMOTED = "+promoted-slave";

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisURI address;

	private final RedisClient client;

	/**
	 * Connects to nothing yet.
	 * @param application has the addresses, the credentials and TLS
	 * @param own has the threads and the options
	 */
	Sentinels(LettuceConnectionFactory application, AbstractRedisClient own) {
		this.address = address(application);
		ClientOptions options = own.getOptions();
		this.client = RedisClient.create(own.getResources());
		this.client.setOptions(options.mutate()
			.autoReconnect(false)
			.socketOptions(options.getSocketOptions().mutate().connectTimeout(PATIENCE).build())
			.build());
	}

	private static RedisURI address(LettuceConnectionFactory application) {
		RedisSentinelConfiguration configuration = application.getSentinelConfiguration();
		if (configuration == null || configuration.getMaster() == null) {
			throw new IllegalStateException("No Sentinels are configured");
		}
		RedisURI.Builder builder = RedisURI.builder()
			.withSentinelMasterId(String.valueOf(configuration.getMaster().getName()))
			.withTimeout(PATIENCE);
		// also here: the driver takes it over to the addresses of the Sentinels
		encrypt(builder, application.getClientConfiguration());
		for (RedisNode sentinel : configuration.getSentinels()) {
			builder.withSentinel(address(sentinel, configuration, application.getClientConfiguration()));
		}
		return builder.build();
	}

	private static RedisURI address(RedisNode sentinel, RedisSentinelConfiguration configuration,
			LettuceClientConfiguration client) {
		RedisURI.Builder builder = RedisURI.builder()
			.withHost(sentinel.getRequiredHost())
			.withPort(sentinel.getRequiredPort())
			.withTimeout(PATIENCE);
		encrypt(builder, client);
		if (configuration.getSentinelPassword().isPresent()) {
			char[] password = configuration.getSentinelPassword().get();
			String user = configuration.getSentinelUsername();
			if (user != null && !user.isEmpty()) {
				builder.withAuthentication(user, password);
			}
			else {
				builder.withPassword(password);
			}
		}
		RedisURI address = builder.build();
		client.getRedisCredentialsProviderFactory()
			.map((factory) -> factory.createSentinelCredentialsProvider(configuration))
			.ifPresent(address::setCredentialsProvider);
		return address;
	}

	private static void encrypt(RedisURI.Builder builder, LettuceClientConfiguration client) {
		builder.withSsl(client.isUseSsl()).withVerifyPeer(client.getVerifyMode()).withStartTls(client.isStartTls());
	}

	/**
	 * The name of the primary.
	 */
	String name() {
		return String.valueOf(this.address.getSentinelMasterId());
	}

	/**
	 * Subscribes at the first Sentinel that answers.
	 * @param changes called with the address of each new primary
	 * @param ended called when the connection has ended
	 */
	StatefulRedisPubSubConnection<String, String> subscribe(Consumer<InetSocketAddress> changes, Runnable ended) {
		RuntimeException failure = new RedisConnectionException("No Sentinels are configured");
		for (RedisURI sentinel : this.address.getSentinels()) {
			try {
				return subscribe(sentinel, changes, ended);
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
		}
		throw failure;
	}

	private StatefulRedisPubSubConnection<String, String> subscribe(RedisURI sentinel,
			Consumer<InetSocketAddress> changes, Runnable ended) {
		StatefulRedisPubSubConnection<String, String> connection = this.client.connectPubSub(sentinel);
		try {
			connection.addListener(new Messages(name(), changes));
			connection.addListener(new Disconnects(ended));
			requireAnswer(connection);
			try {
				connection.sync().subscribe(PROMOTED);
			}
			catch (RedisCommandExecutionException ex) {
				logger.debug("The user of the Sentinel may not subscribe to both channels", ex);
			}
			return connection;
		}
		catch (RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	/**
	 * Subscribes. The Sentinel confirms that also where it changes nothing.
	 */
	void requireAnswer(StatefulRedisPubSubConnection<String, String> connection) {
		connection.sync().subscribe(SWITCHED);
	}

	/**
	 * Asks for the primary as the driver does when it connects.
	 * @return its address as the Sentinel has it
	 */
	@Nullable InetSocketAddress lookUp() {
		try (StatefulRedisSentinelConnection<String, String> connection = this.client.connectSentinel(this.address)) {
			return (connection.sync().getMasterAddrByName(name()) instanceof InetSocketAddress found) ? found : null;
		}
	}

	/**
	 * Whether a connection leads to the primary, or to a Sentinel, which is asked for the
	 * primary just then.
	 */
	boolean isNeeded(SocketAddress remote, InetSocketAddress primary) {
		return OpenChannels.leadTo(remote, resolve(RedisURI.create(primary.getHostString(), primary.getPort())))
				|| this.address.getSentinels()
					.stream()
					.anyMatch((sentinel) -> OpenChannels.leadTo(remote, resolve(sentinel)));
	}

	private SocketAddress resolve(RedisURI server) {
		return this.client.getResources().socketAddressResolver().resolve(server);
	}

	void close() {
		this.client.shutdownAsync(0, 0, TimeUnit.MILLISECONDS).exceptionally((ex) -> {
			logger.debug("The connections to Sentinels could not be closed", ex);
			return null;
		});
	}

	private static final class Messages extends RedisPubSubAdapter<String, String> {

		private final String name;

		private final Consumer<InetSocketAddress> changes;

		Messages(String name, Consumer<InetSocketAddress> changes) {
			this.name = name;
			this.changes = changes;
		}

		/**
		 * {@code name host port newHost newPort} if it was switched,
		 * {@code slave address newHost newPort @ name host port} if it was promoted.
		 */
		@Override
		public void message(String channel, String message) {
			String[] words = message.split(" ");
			boolean switched = channel.equals(SWITCHED);
			int of = switched ? 0 : 5;
			int host = switched ? 3 : 2;
			if (words.length > Math.max(of, host + 1) && words[of].equals(this.name)) {
				this.changes.accept(InetSocketAddress.createUnresolved(words[host], Integer.parseInt(words[host + 1])));
			}
		}

	}

	private static final class Disconnects extends RedisConnectionStateAdapter {

		private final Runnable ended;

		Disconnects(Runnable ended) {
			this.ended = ended;
		}

		@Override
		public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
			this.ended.run();
		}

	}

}
