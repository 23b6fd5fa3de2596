package io.github.kvevents.redis;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.redis.driver.LinkResources;
import io.github.kvevents.redis.driver.OwnConnectionFactory;
import io.github.kvevents.redis.driver.PoolShare;
import io.github.kvevents.redis.driver.ReusedConnection;
import io.github.kvevents.redis.driver.SpareConnections;
import io.github.kvevents.redis.topology.SentinelWatch;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.StoreFailure;

/**
 * Creates the connections of a link: with Lettuce from a factory of its own, otherwise
 * from the factory of the application, using a share of its pool. Nothing is created
 * before it is needed. Used by many threads at once.
 */
final class LinkTarget {

	private final RedisConnectionFactory application;

	/** With Lettuce. */
	private final @Nullable LinkResources resources;

	private final boolean cluster;

	private volatile @Nullable RedisConnectionFactory factory;

	private volatile @Nullable PoolShare share;

	private final @Nullable PageConnection pages;

	private final @Nullable ClusterNodes nodes;

	/** Connections of our own that are used again. */
	private final SpareConnections<ReusedConnection<WatchedCalls>> spares = new SpareConnections<>();

	private volatile @Nullable SharedWaits waits;

	private final WriteRefusals refusals;

	private @Nullable SentinelWatch watch;

	private final Interval refreshInterval = new Interval(Duration.ofSeconds(1));

	LinkTarget(RedisConnectionFactory application) {
		this.application = application;
		boolean lettuce = BlockingReads.isLettuce(application);
		LinkResources resources = lettuce ? OwnLettuce.resources(application) : null;
		this.resources = resources;
		this.pages = (resources != null) ? new PageConnection(application, resources) : null;
		this.cluster = RedisConnections.isCluster(application);
		this.nodes = (resources != null && this.cluster) ? new ClusterNodes(this, resources) : null;
		boolean sentinel = lettuce && OwnLettuce.isSentinel(application);
		this.refusals = new WriteRefusals(sentinel ? Duration.ofSeconds(5) : Duration.ofSeconds(1), sentinel,
				this::findPrimary);
	}

	/**
	 * The factory of the application, which has the settings.
	 */
	RedisConnectionFactory application() {
		return this.application;
	}

	/**
	 * The factory that creates the connections.
	 */
	RedisConnectionFactory factory() {
		RedisConnectionFactory factory = this.factory;
		return (factory != null) ? factory : makeFactory();
	}

	private synchronized RedisConnectionFactory makeFactory() {
		RedisConnectionFactory factory = this.factory;
		if (factory == null) {
			LinkResources resources = this.resources;
			factory = (resources != null) ? OwnLettuce.of(this.application, resources) : this.application;
			Integer poolSize = (factory == this.application) ? PoolShare.sizeOf(factory) : null;
			this.share = (poolSize != null) ? new PoolShare(poolSize) : null;
			this.factory = factory;
			followPrimary();
		}
		return factory;
	}

	/**
	 * Whether a connection has been needed yet.
	 */
	boolean isUsed() {
		return this.factory != null;
	}

	/**
	 * The factory that belongs to the link.
	 * @return the factory, {@code null} if there is none, or none yet
	 */
	@Nullable RedisConnectionFactory own() {
		RedisConnectionFactory factory = this.factory;
		return (factory != this.application) ? factory : null;
	}

	/**
	 * Whether connections are taken out of the pool of the application.
	 */
	boolean isPooled() {
		return factory() == this.application && PoolShare.sizeOf(this.application) != null;
	}

	/**
	 * Whether the application reads from other servers than it writes to.
	 */
	boolean readsElsewhere() {
		return BlockingReads.isLettuce(this.application) && OwnLettuce.readsElsewhere(this.application);
	}

	/**
	 * Creates a connection. Taking one from the pool may take as long as a command.
	 * @param state tracks the calls of the connection
	 * @param waitedNanos how long its operation has waited, if its calls are bounded
	 */
	RedisConnection connect(LinkState state, long waitedNanos) {
		RedisConnectionFactory factory = factory();
		if (factory instanceof OwnConnectionFactory own) {
			return WatchedCalls.watch(own, this.spares, state, waitedNanos);
		}
		PoolShare share = this.share;
		if (share == null) {
			return WatchedCalls.watch(factory.getConnection(), state, waitedNanos, () -> {
			});
		}
		share.acquire();
		LinkState.Call call = state.begin();
		try {
			return WatchedCalls.watch(factory.getConnection(), state, waitedNanos, share::release);
		}
		catch (RuntimeException ex) {
			share.release();
			throw ex;
		}
		finally {
			state.end(call);
		}
	}

	/**
	 * Connects for the shared attempt.
	 */
	RedisConnection connectAll() {
		RedisConnection connection = factory().getConnection();
		refreshTopology();
		if (this.pages != null) {
			this.pages.connect();
		}
		return connection;
	}

	/**
	 * Lets the driver ask who serves the slots, once a second at most: a node that is
	 * stopped closes no connection, so that it has no reason to ask by itself.
	 */
	void refreshTopology() {
		RedisConnectionFactory own = own();
		if (this.nodes != null && own != null && this.refreshInterval.restartIfDue()) {
			OwnLettuce.refreshTopology(own);
		}
	}

	/**
	 * Creates a connection for reads that may be large.
	 * @param state connects it if it is not connected
	 * @param waitedNanos how long its operation has waited, if its calls are bounded
	 */
	RedisConnection connectForPages(LinkState state, long waitedNanos) {
		PageConnection pages = this.pages;
		if (pages == null || !pages.isUsable()) {
			return connect(state, waitedNanos);
		}
		long waited = waitedNanos;
		if (!pages.isOpen()) {
			state.doubt();
			long longest = state.awaitAnswer(Math.max(0, waited));
			waited = (waited != WatchedCalls.UNBOUNDED) ? longest : waited;
		}
		return WatchedCalls.watch(pages.get(), state, waited, () -> {
		});
	}

	/**
	 * The nodes of a Redis Cluster.
	 * @return the nodes, {@code null} if they can't be connected to one by one
	 */
	@Nullable ClusterNodes nodes() {
		return (own() != null || this.factory == null) ? this.nodes : null;
	}

	/**
	 * What waits for streams of a Redis Cluster.
	 * @param state whether the cluster answers
	 * @return the waits, {@code null} if nodes can't be connected to one by one
	 */
	synchronized @Nullable SharedWaits waits(LinkState state) {
		ClusterNodes nodes = this.nodes;
		if (this.waits == null && nodes != null && factory() != this.application) {
			this.waits = new SharedWaits(this, state, nodes.forWaits());
		}
		return this.waits;
	}

	/**
	 * Starts to follow the primary if Sentinels watch it and connections are in use.
	 */
	synchronized void followPrimary() {
		RedisConnectionFactory own = own();
		if (own != null && this.watch == null && OwnLettuce.isSentinel(this.application)) {
			this.watch = OwnLettuce.watch(this.application, own, this::close, this.refusals::moved);
		}
	}

	void unfollowPrimary() {
		SentinelWatch watch;
		synchronized (this) {
			watch = this.watch;
			this.watch = null;
		}
		if (watch != null) {
			watch.close();
		}
	}

	/**
	 * Whether a command that failed was not executed and may succeed soon.
	 */
	boolean mayRepeat(Throwable failure) {
		if (this.cluster) {
			return StoreFailure.isNotServed(failure);
		}
		RedisConnectionFactory own = own();
		return own != null && this.refusals.mayRepeat(failure) && !OwnLettuce.knowsRoles(own);
	}

	/**
	 * The server that is connected to isn't the primary.
	 */
	void refused() {
		if (!this.cluster && own() != null) {
			this.refusals.refused();
		}
	}

	/**
	 * Forgets the connections that are kept, before those that they share are closed.
	 */
	void dropSpares() {
		this.spares.takeAll(ReusedConnection::discard);
	}

	/**
	 * Ends the threads of the link. What it created is destroyed, or cut.
	 */
	void shutDown() {
		LinkResources resources = this.resources;
		if (resources != null) {
			OwnLettuce.shutDown(resources);
		}
	}

	private void findPrimary() {
		SentinelWatch watch;
		synchronized (this) {
			watch = this.watch;
		}
		if (watch != null) {
			watch.doubt();
		}
		else {
			forOwn((own) -> OwnLettuce.reconnect(own));
		}
	}

	private int close(Predicate<SocketAddress> selected) {
		AtomicInteger count = new AtomicInteger();
		forOwn((factory) -> count.addAndGet(OwnLettuce.close(factory, selected)));
		return count.get();
	}

	/**
	 * Calls an action with each factory that belongs to the link.
	 * @param action a lambda, since a reference to a method of {@link OwnLettuce} would
	 * need Lettuce even where there is no such factory
	 */
	void forOwn(Consumer<RedisConnectionFactory> action) {
		RedisConnectionFactory own = own();
		if (own != null) {
			action.accept(own);
			if (this.pages != null) {
				this.pages.ifUsed(action);
			}
			if (this.nodes != null) {
				this.nodes.forEach(action);
			}
			SharedWaits waits = this.waits;
			if (waits != null) {
				waits.forEach(action);
			}
		}
	}

}
