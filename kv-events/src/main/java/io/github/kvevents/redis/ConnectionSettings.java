package io.github.kvevents.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.data.redis.connection.NamedNode;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;

import io.github.kvevents.redis.driver.PoolShare;

/**
 * The settings of a connection factory, without its password. Read from the factory and
 * not from properties, since the application may have declared its own. Nothing connects.
 */
public final class ConnectionSettings {

	/** How many addresses are named. */
	private static final int MOST_NODES = 6;

	private final RedisConnectionFactory factory;

	/** By name: Jedis need not be there. */
	private final BeanWrapper properties;

	private ConnectionSettings(RedisConnectionFactory factory) {
		this.factory = factory;
		this.properties = PropertyAccessorFactory.forBeanPropertyAccess(factory);
	}

	/**
	 * The settings of a factory.
	 * @param factory any factory, possibly of a link
	 * @return its settings
	 */
	public static ConnectionSettings of(RedisConnectionFactory factory) {
		return new ConnectionSettings(LinkedFactory.configured(factory));
	}

	/**
	 * The servers and how they belong together.
	 * @return for example {@code standalone at localhost:6379}
	 */
	public String topology() {
		RedisClusterConfiguration cluster = property("clusterConfiguration", RedisClusterConfiguration.class);
		if (cluster != null) {
			return "Redis Cluster at " + join(cluster.getClusterNodes());
		}
		RedisSentinelConfiguration sentinel = sentinel();
		if (sentinel != null) {
			NamedNode primary = sentinel.getMaster();
			return "primary '%s' of the Sentinels at %s".formatted((primary != null) ? primary.getName() : "",
					join(sentinel.getSentinels()));
		}
		RedisSocketConfiguration socket = property("socketConfiguration", RedisSocketConfiguration.class);
		if (socket != null) {
			return "standalone at " + socket.getSocket();
		}
		List<String> nodes = staticNodes();
		if (!nodes.isEmpty()) {
			return "primary and replicas at " + join(nodes);
		}
		String host = property("hostName", String.class);
		Integer port = property("port", Integer.class);
		return (host != null && port != null) ? "standalone at %s:%d".formatted(host, port)
				: "connections of " + this.factory.getClass().getName();
	}

	/**
	 * Whether the servers may have replicas that take over.
	 * @return whether they are a Redis Cluster, watched by Sentinels, or listed as
	 * primary and replicas
	 */
	public boolean isReplicated() {
		return isSentinel() || RedisConnections.isCluster(this.factory) || !staticNodes().isEmpty();
	}

	/**
	 * Whether Sentinels say which server is the primary.
	 * @return whether Sentinels are configured
	 */
	public boolean isSentinel() {
		return sentinel() != null;
	}

	/**
	 * The selected database.
	 * @return its number, 0 if the factory doesn't report one
	 */
	public int database() {
		Integer database = property("database", Integer.class);
		return (database != null) ? database : 0;
	}

	/**
	 * How many connections the pool holds at most.
	 * @return the number, {@code null} for no pool or no limit
	 */
	public @Nullable Integer poolSize() {
		return PoolShare.sizeOf(this.factory);
	}

	/**
	 * How long a command is waited for.
	 * @return the command timeout of Lettuce, the read timeout of Jedis; {@code null} if
	 * the factory doesn't report one
	 */
	public @Nullable Duration commandTimeout() {
		Number millis = property("timeout", Number.class);
		return (millis != null) ? Duration.ofMillis(millis.longValue()) : null;
	}

	/**
	 * How long connecting may take.
	 * @return the timeout, {@code null} if the factory doesn't report one
	 */
	public @Nullable Duration connectTimeout() {
		return isLettuce() ? OwnLettuce.connectTimeout(this.factory)
				: property("clientConfiguration.connectTimeout", Duration.class);
	}

	/**
	 * Whether reads of the application go to other servers than its writes.
	 * @return whether a read preference for replicas is set
	 */
	public boolean readsFromReplicas() {
		return isLettuce() && OwnLettuce.readsElsewhere(this.factory);
	}

	/**
	 * Whether the application has chosen which servers it reads from.
	 * @return whether a read preference is set
	 */
	public boolean hasReadPreference() {
		return isLettuce() && OwnLettuce.hasReadPreference(this.factory);
	}

	private boolean isLettuce() {
		return BlockingReads.isLettuce(this.factory);
	}

	private @Nullable RedisSentinelConfiguration sentinel() {
		return property("sentinelConfiguration", RedisSentinelConfiguration.class);
	}

	private List<String> staticNodes() {
		return isLettuce() ? OwnLettuce.staticNodes(this.factory) : List.of();
	}

	private <T> @Nullable T property(String name, Class<T> type) {
		Object value = this.properties.isReadableProperty(name) ? this.properties.getPropertyValue(name) : null;
		return type.isInstance(value) ? type.cast(value) : null;
	}

	private static String join(Collection<?> nodes) {
		String named = nodes.stream().limit(MOST_NODES).map(String::valueOf).collect(Collectors.joining(", "));
		return (nodes.size() > MOST_NODES) ? named + " and %d more".formatted(nodes.size() - MOST_NODES) : named;
	}

}
