package io.github.kvevents.redis;

import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.Transports;
import io.netty.channel.EventLoopGroup;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

import io.github.kvevents.redis.driver.CommandDeadline;
import io.github.kvevents.redis.driver.LinkResources;
import io.github.kvevents.redis.driver.OwnClientSettings;
import io.github.kvevents.redis.driver.OwnConnectionFactory;
import io.github.kvevents.redis.topology.OpenChannels;
import io.github.kvevents.redis.topology.SentinelWatch;

/**
 * Lettuce connections of this library, to the same servers and with the same settings as
 * those of the application, except for the pool, since blocking commands occupy their
 * connection, and for replicas, since all decisions are based on the primary.
 */
final class OwnLettuce {

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	/** The field that holds the configuration: there is no getter. */
	static final String CONFIGURATION = "configuration";

	/** For how long the threads of a client outlive it. */
	private static final long QUIET_MILLIS = 500;

	private static final long ENDING_MILLIS = 2000;

	private OwnLettuce() {
	}

	/**
	 * The threads and settings of the driver for all clients of a link.
	 * @param application a Lettuce factory
	 */
	static LinkResources resources(RedisConnectionFactory application) {
		return new LinkResources(((LettuceConnectionFactory) application).getClientConfiguration());
	}

	/**
	 * Creates a factory with the settings of the application.
	 * @param application a Lettuce factory
	 * @param resources those of the link
	 * @return the started factory, or the factory of the application if its class is a
	 * subclass that may behave differently
	 */
	static RedisConnectionFactory of(RedisConnectionFactory application, LinkResources resources) {
		if (application.getClass() != LettuceConnectionFactory.class) {
			return application;
		}
		LettuceConnectionFactory theirs = (LettuceConnectionFactory) application;
		RedisConfiguration configuration = configuration(theirs);
		if (configuration == null) {
			logger.debug("The settings of the connection factory can't be read: it is used itself");
			return application;
		}
		LettuceClientConfiguration client = theirs.getClientConfiguration();
		Optional<ClientOptions> options = client.getClientOptions();
		return start(theirs, configuration,
				new OwnClientSettings(client,
						Optional.of(bounded(RedisConfiguration.isClusterConfiguration(configuration)
								? inCluster(options) : options.orElseGet(ClientOptions::create), client)),
						resources.get(), primary(theirs)));
	}

	private static ClientOptions bounded(ClientOptions options, LettuceClientConfiguration client) {
		return options.mutate()
			.timeoutOptions(CommandDeadline.in(options.getTimeoutOptions(), client.getCommandTimeout()))
			.build();
	}

	/**
	 * With Sentinel, connections that look for the roles of servers by themselves learn
	 * of a new primary seconds later than those that ask the Sentinels.
	 */
	private static Optional<ReadFrom> primary(LettuceConnectionFactory theirs) {
		return theirs.isRedisSentinelAware() ? Optional.empty()
				: theirs.getClientConfiguration().getReadFrom().map((ignored) -> ReadFrom.UPSTREAM);
	}

	static boolean isSentinel(RedisConnectionFactory application) {
		return ((LettuceConnectionFactory) application).isRedisSentinelAware();
	}

	/**
	 * Listens to the Sentinels.
	 * @return {@code null} if the factory of this library is stopped
	 */
	static @Nullable SentinelWatch watch(RedisConnectionFactory application, RedisConnectionFactory own,
			ToIntFunction<Predicate<SocketAddress>> close, Runnable moved) {
		AbstractRedisClient client = client((LettuceConnectionFactory) own);
		return (client != null) ? new SentinelWatch((LettuceConnectionFactory) application, client, close, moved)
				: null;
	}

	/**
	 * Creates a factory of connections to one node of a Redis Cluster.
	 * @param application a Lettuce factory, which has the settings
	 * @param resources those of the link
	 * @param waiting whether the connections are for reads that wait
	 * @return the started factory, which opens a connection for each use
	 */
	static RedisConnectionFactory toNode(RedisConnectionFactory application, LinkResources resources, String host,
			int port, boolean waiting) {
		LettuceConnectionFactory theirs = (LettuceConnectionFactory) application;
		RedisStandaloneConfiguration node = new RedisStandaloneConfiguration(host, port);
		if (configuration(theirs) instanceof RedisConfiguration.WithAuthentication login) {
			node.setUsername(login.getUsername());
			node.setPassword(login.getPassword());
		}
		LettuceClientConfiguration client = theirs.getClientConfiguration();
		Optional<ClientOptions> options = client.getClientOptions();
		LettuceConnectionFactory factory = new LettuceConnectionFactory(node,
				waiting ? new OwnClientSettings(client, Optional.of(forWaits(options)), resources.get(),
						Optional.empty(), shorter(client.getCommandTimeout()))
						: new OwnClientSettings(client, options, resources.get(), Optional.empty()));
		factory.setShareNativeConnection(false);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	/**
	 * A node that froze accepts connections and never answers, and another one may serve
	 * its slots by then: it isn't waited for as long as the application waits.
	 */
	private static ClientOptions forWaits(Optional<ClientOptions> options) {
		ClientOptions.Builder own = options.map(ClientOptions::mutate).orElseGet(ClientOptions::builder);
		SocketOptions sockets = options.map(ClientOptions::getSocketOptions).orElseGet(SocketOptions::create);
		return own.autoReconnect(false)
			.socketOptions(sockets.mutate().connectTimeout(shorter(sockets.getConnectTimeout())).build())
			.timeoutOptions(TimeoutOptions.enabled(BlockingReads.MAX_WAIT.multipliedBy(2)))
			.build();
	}

	private static Duration shorter(Duration timeout) {
		return (timeout.compareTo(BlockingReads.MAX_WAIT) < 0) ? timeout : BlockingReads.MAX_WAIT;
	}

	/**
	 * In Redis Cluster commands wait neither for a node that is away, since they might be
	 * executed after a later one, nor for the application to find out who replaces it.
	 */
	private static ClientOptions inCluster(Optional<ClientOptions> options) {
		ClusterClientOptions.Builder own = options.map(ClusterClientOptions::builder)
			.orElseGet(ClusterClientOptions::builder)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
		ClusterTopologyRefreshOptions refresh = options.map(
				(found) -> (found instanceof ClusterClientOptions cluster) ? cluster.getTopologyRefreshOptions() : null)
			.orElse(null);
		boolean chosen = refresh != null && (refresh.isPeriodicRefreshEnabled() || !refresh.getAdaptiveRefreshTimeout()
			.equals(ClusterTopologyRefreshOptions.DEFAULT_ADAPTIVE_REFRESH_TIMEOUT_DURATION));
		if (!chosen) {
			// by default a client that has looked once doesn't look again for 30 seconds
			own.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.dynamicRefreshSources(refresh == null || refresh.useDynamicRefreshSources())
				.adaptiveRefreshTriggersTimeout(Duration.ofMillis(500))
				.enablePeriodicRefresh(Duration.ofSeconds(30))
				.build());
		}
		return own.build();
	}

	/**
	 * Creates a factory with the settings of the application whose connections do not
	 * reconnect: when the server closes one, its commands fail at once and are not
	 * retransmitted.
	 * @param application a Lettuce factory
	 * @param resources those of the link
	 * @return the started factory; {@code null} if the driver manages connections to
	 * several servers, or if the class is a subclass that may behave differently
	 */
	static @Nullable LettuceConnectionFactory withoutReconnect(RedisConnectionFactory application,
			LinkResources resources) {
		if (application.getClass() != LettuceConnectionFactory.class) {
			return null;
		}
		LettuceConnectionFactory theirs = (LettuceConnectionFactory) application;
		LettuceClientConfiguration client = theirs.getClientConfiguration();
		RedisConfiguration configuration = configuration(theirs);
		if (configuration == null || primary(theirs).isPresent()
				|| RedisConfiguration.isStaticMasterReplicaConfiguration(configuration)
				|| RedisConfiguration.isClusterConfiguration(configuration)) {
			return null;
		}
		ClientOptions.Builder options = client.getClientOptions()
			.map(ClientOptions::mutate)
			.orElseGet(ClientOptions::builder);
		return start(theirs, configuration, new OwnClientSettings(client,
				Optional.of(bounded(options.autoReconnect(false).build(), client)), resources.get(), Optional.empty()));
	}

	private static LettuceConnectionFactory start(LettuceConnectionFactory theirs, RedisConfiguration configuration,
			LettuceClientConfiguration client) {
		LettuceConnectionFactory own = new OwnConnectionFactory(configuration, client);
		own.setConvertPipelineAndTxResults(theirs.getConvertPipelineAndTxResults());
		own.setValidateConnection(theirs.getValidateConnection());
		own.afterPropertiesSet();
		own.start();
		return own;
	}

	/**
	 * Whether the application's connections read from other servers than they write to.
	 * @param application a Lettuce factory
	 */
	static boolean readsElsewhere(RedisConnectionFactory application) {
		return ((LettuceConnectionFactory) application).getClientConfiguration()
			.getReadFrom()
			.filter((readFrom) -> !readFrom.equals(ReadFrom.UPSTREAM))
			.isPresent();
	}

	static boolean hasReadPreference(RedisConnectionFactory application) {
		return ((LettuceConnectionFactory) application).getClientConfiguration().getReadFrom().isPresent();
	}

	/**
	 * How long connecting may take.
	 */
	static Duration connectTimeout(RedisConnectionFactory application) {
		return ((LettuceConnectionFactory) application).getClientConfiguration()
			.getClientOptions()
			.map(ClientOptions::getSocketOptions)
			.orElseGet(SocketOptions::create)
			.getConnectTimeout();
	}

	/**
	 * The addresses of a primary and its replicas, where they are listed.
	 * @param application a Lettuce factory
	 * @return host and port of each, empty for any other kind of configuration
	 */
	static List<String> staticNodes(RedisConnectionFactory application) {
		return (configuration(
				(LettuceConnectionFactory) application) instanceof RedisStaticMasterReplicaConfiguration nodes)
						? nodes.getNodes()
							.stream()
							.map((node) -> "%s:%d".formatted(node.getHostName(), node.getPort()))
							.toList()
						: List.of();
	}

	private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory factory) {
		try {
			Field field = LettuceConnectionFactory.class.getDeclaredField(CONFIGURATION);
			ReflectionUtils.makeAccessible(field);
			return (RedisConfiguration) field.get(factory);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return null;
		}
	}

	static void start(RedisConnectionFactory own) {
		((LettuceConnectionFactory) own).start();
	}

	static void stop(RedisConnectionFactory own) {
		((LettuceConnectionFactory) own).stop();
	}

	static void destroy(RedisConnectionFactory own) {
		((LettuceConnectionFactory) own).destroy();
	}

	/**
	 * Closes all connections, including those being established, so that waiting commands
	 * fail. Stopping the factory would wait for the attempt to connect. The threads of
	 * the driver end a little later, for attempts that are just being made.
	 */
	static void cut(RedisConnectionFactory own) {
		AbstractRedisClient client = client((LettuceConnectionFactory) own);
		if (client != null) {
			keepThreads(client.getResources());
			client.shutdownAsync().exceptionally((ex) -> {
				logger.debug("The connections could not be cut", ex);
				return null;
			});
		}
	}

	/**
	 * Lets the threads of the driver end a little later: an attempt to connect that is
	 * just being made, also by the driver itself, would be logged with a stack trace.
	 */
	private static void keepThreads(ClientResources resources) {
		EventLoopGroupProvider provider = resources.eventLoopGroupProvider();
		try {
			EventLoopGroup threads = provider.allocate(Transports.eventLoopGroupClass());
			resources.timer()
				.newTimeout(
						(timeout) -> provider.release(threads, 0, ENDING_MILLIS, TimeUnit.MILLISECONDS)
							.addListener((ended) -> logger.debug("The threads of a client that was cut have ended")),
						QUIET_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (IllegalStateException ex) {
			logger.debug("The threads of the driver are shut down", ex);
		}
	}

	/**
	 * Ends the threads of a link whose factories are destroyed, or cut.
	 */
	static void shutDown(LinkResources resources) {
		resources.shutDown(QUIET_MILLIS, ENDING_MILLIS);
	}

	/**
	 * Closes the connections that lead to selected addresses; the driver opens them anew.
	 * @return how many there were
	 */
	static int close(RedisConnectionFactory own, Predicate<SocketAddress> selected) {
		AbstractRedisClient client = client((LettuceConnectionFactory) own);
		return (client != null) ? OpenChannels.close(client, selected) : 0;
	}

	/**
	 * Connects anew: the name of the server may lead to another one by now.
	 */
	static void reconnect(RedisConnectionFactory own) {
		if (knowsRoles(own)) {
			((LettuceConnectionFactory) own).resetConnection();
		}
		else {
			close(own, (address) -> true);
		}
	}

	/**
	 * Whether a connection leads to several servers. It looks at their roles only once,
	 * so that after a change of roles a new one is needed.
	 */
	static boolean knowsRoles(RedisConnectionFactory own) {
		return ((LettuceConnectionFactory) own).getClientConfiguration().getReadFrom().isPresent();
	}

	/**
	 * Lets the driver ask the nodes of a Redis Cluster for their roles and slots, without
	 * waiting for the answer.
	 */
	static void refreshTopology(RedisConnectionFactory own) {
		if (client((LettuceConnectionFactory) own) instanceof RedisClusterClient cluster) {
			cluster.refreshPartitionsAsync().exceptionally((ex) -> {
				logger.debug("The topology of the cluster could not be refreshed", ex);
				return null;
			});
		}
	}

	private static @Nullable AbstractRedisClient client(LettuceConnectionFactory factory) {
		try {
			return factory.getNativeClient();
		}
		catch (IllegalStateException ex) {
			// stopped, or about to be
			return null;
		}
	}

}
