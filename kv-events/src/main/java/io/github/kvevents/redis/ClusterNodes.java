package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.redis.driver.LinkResources;

/**
 * The primaries of a Redis Cluster, each with connections of its own: for what a driver
 * sends to one node of its choice, such as subscriptions and settings. Nothing connects
 * before it is needed. Used by many threads at once.
 */
public final class ClusterNodes {

	private final RedisConnectionFactory application;

	private final LinkTarget target;

	private final LinkResources resources;

	/** Whether the connections are for reads that wait. */
	private final boolean waiting;

	/** By host and port. */
	private final Map<String, RedisConnectionFactory> factories = new LinkedHashMap<>();

	ClusterNodes(LinkTarget target, LinkResources resources) {
		this(target, resources, false);
	}

	private ClusterNodes(LinkTarget target, LinkResources resources, boolean waiting) {
		this.application = target.application();
		this.target = target;
		this.resources = resources;
		this.waiting = waiting;
	}

	/**
	 * Connections for reads that wait: when one is cut it isn't restored, since another
	 * node may serve the slot by then.
	 */
	ClusterNodes forWaits() {
		return new ClusterNodes(this.target, this.resources, true);
	}

	/**
	 * The nodes that a link connects to.
	 * @param factory any factory, possibly of a link
	 * @return the nodes; {@code null} if it isn't of a link to a Redis Cluster, or the
	 * driver isn't Lettuce
	 */
	public static @Nullable ClusterNodes of(RedisConnectionFactory factory) {
		return LinkedFactory.nodes(factory);
	}

	/**
	 * The primaries that have slots, as the driver knows them now.
	 * @return host and port of each
	 */
	public Set<String> primaries() {
		Set<String> primaries = new LinkedHashSet<>();
		try (RedisConnection connection = this.target.factory().getConnection()) {
			primaries((RedisClusterConnection) connection).forEach((node) -> primaries.add(node.asString()));
		}
		return primaries;
	}

	/**
	 * The primaries that have slots, as the driver knows them now.
	 * @param connection a connection to the cluster, with any driver
	 * @return the nodes
	 */
	public static List<RedisClusterNode> primaries(RedisClusterConnection connection) {
		List<RedisClusterNode> primaries = new ArrayList<>();
		for (RedisClusterNode node : connection.clusterGetNodes()) {
			if (node.isMaster() && !node.isMarkedAsFail() && !node.getSlotRange().getSlots().isEmpty()) {
				primaries.add(node);
			}
		}
		return primaries;
	}

	/**
	 * Connections to one node.
	 * @param node host and port
	 * @return a factory, kept until the node is gone
	 */
	public RedisConnectionFactory connectionsTo(String node) {
		synchronized (this.factories) {
			return this.factories.computeIfAbsent(node, (address) -> {
				int colon = address.lastIndexOf(':');
				return OwnLettuce.toNode(this.application, this.resources, address.substring(0, colon),
						Integer.parseInt(address.substring(colon + 1)), this.waiting);
			});
		}
	}

	/**
	 * Whether there is a factory of connections to a node.
	 */
	boolean isKnown(String node) {
		synchronized (this.factories) {
			return this.factories.containsKey(node);
		}
	}

	/**
	 * Closes the connections to all other nodes.
	 * @param nodes host and port of each node to keep
	 */
	public void retain(Set<String> nodes) {
		List<RedisConnectionFactory> gone = new ArrayList<>();
		synchronized (this.factories) {
			for (String node : Set.copyOf(this.factories.keySet())) {
				if (!nodes.contains(node)) {
					gone.add(Objects.requireNonNull(this.factories.remove(node)));
				}
			}
		}
		gone.forEach(OwnLettuce::destroy);
	}

	/**
	 * Calls an action with each factory.
	 */
	void forEach(Consumer<RedisConnectionFactory> action) {
		List<RedisConnectionFactory> all;
		synchronized (this.factories) {
			all = List.copyOf(this.factories.values());
		}
		all.forEach(action);
	}

}
