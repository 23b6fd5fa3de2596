package io.github.kvevents.redis.notification;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisConnectionFailureException;

import io.github.kvevents.redis.ClusterNodes;

/**
 * Notifications of a Redis Cluster: each primary publishes the expiries of its own keys,
 * so there is a subscription on each of them.
 */
final class ClusterSource implements NotificationSource {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private final ClusterNodes nodes;

	ClusterSource(ClusterNodes nodes) {
		this.nodes = nodes;
	}

	@Override
	public Subscription subscribe(Consumer<byte[]> keys, Runnable resubscribed) throws InterruptedException {
		PrimarySubscriptions subscriptions = new PrimarySubscriptions(keys, resubscribed);
		try {
			subscriptions.open();
			return subscriptions;
		}
		catch (RuntimeException | InterruptedException ex) {
			subscriptions.close();
			throw ex;
		}
	}

	@Override
	public List<ServerFlags> servers() {
		return this.nodes.primaries().stream().<ServerFlags>map(this::node).toList();
	}

	private SingleServerSource node(String node) {
		// a cluster has only the database 0
		return new SingleServerSource(this.nodes.connectionsTo(node), 0);
	}

	/**
	 * A subscription on each primary. One that fails is renewed by the next probe and
	 * does not end the others. Confined to one thread.
	 */
	private final class PrimarySubscriptions implements Subscription {

		private final Consumer<byte[]> keys;

		private final Runnable resubscribed;

		private final Map<String, Subscription> open = new HashMap<>();

		PrimarySubscriptions(Consumer<byte[]> keys, Runnable resubscribed) {
			this.keys = keys;
			this.resubscribed = resubscribed;
		}

		/**
		 * Subscribes on the primaries that have no subscription, and ends those of other
		 * nodes.
		 * @throws RuntimeException if there is no subscription at all then
		 */
		void open() throws InterruptedException {
			Set<String> primaries = ClusterSource.this.nodes.primaries();
			for (String node : Set.copyOf(this.open.keySet())) {
				if (!primaries.contains(node)) {
					close(node);
				}
			}
			ClusterSource.this.nodes.retain(primaries);
			RuntimeException failure = null;
			for (String node : primaries) {
				if (!this.open.containsKey(node)) {
					try {
						this.open.put(node, node(node).subscribe(this.keys, this.resubscribed));
					}
					catch (RuntimeException ex) {
						logger.debug("The expiry notifications of " + node + " can't be received for now", ex);
						failure = ex;
					}
				}
			}
			if (this.open.isEmpty()) {
				throw (failure != null) ? failure : new RedisConnectionFailureException("The cluster has no primary");
			}
		}

		@Override
		public void probe() {
			for (String node : Set.copyOf(this.open.keySet())) {
				Subscription subscription = this.open.get(node);
				try {
					if (subscription != null) {
						subscription.probe();
					}
				}
				catch (RuntimeException ex) {
					logger.debug("The expiry notifications of " + node + " are subscribed again", ex);
					close(node);
				}
			}
			Set<String> before = Set.copyOf(this.open.keySet());
			try {
				open();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			if (!before.containsAll(this.open.keySet())) {
				this.resubscribed.run();
			}
		}

		private void close(String node) {
			@Nullable Subscription subscription = this.open.remove(node);
			if (subscription != null) {
				try {
					subscription.close();
				}
				catch (RuntimeException ex) {
					logger.debug("The expiry notifications of " + node + " could not be closed", ex);
				}
			}
		}

		@Override
		public void close() {
			Set.copyOf(this.open.keySet()).forEach(this::close);
		}

	}

}
