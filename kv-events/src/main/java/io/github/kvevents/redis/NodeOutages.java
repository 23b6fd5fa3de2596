package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.util.Assert;

import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.Patience;

/**
 * Nodes of a Redis Cluster that don't answer while others do. That is logged once, and so
 * is its end, whatever number of loops it concerns. Nothing is sent before a call has
 * failed. Used by many threads at once.
 */
final class NodeOutages {

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	private static final int SLOTS = 16_384;

	/** What a node may take to answer. */
	private static final long PATIENCE_MILLIS = 1000;

	private final Supplier<RedisConnection> connections;

	private final Interval interval = new Interval(Duration.ofSeconds(1));

	private final AtomicBoolean checking = new AtomicBoolean();

	/**
	 * The pings that have not ended, by host and port: a node that is frozen is pinged
	 * once, whatever number of attempts there is.
	 */
	private final Map<String, CompletableFuture<@Nullable Void>> pings = new ConcurrentHashMap<>();

	private volatile boolean suspected;

	private boolean announced;

	private volatile boolean stopped;

	/**
	 * Creates an instance that knows of no outage.
	 * @param connections opens connections of the driver to the cluster
	 */
	NodeOutages(Supplier<RedisConnection> connections) {
		this.connections = connections;
	}

	/**
	 * A call has failed: a node may be away.
	 */
	void suspect() {
		this.suspected = true;
		checkIfSuspected();
	}

	/**
	 * Sets whether connections are closed on purpose.
	 */
	void setStopped(boolean stopped) {
		this.stopped = stopped;
	}

	/**
	 * Looks, once a second at most and without waiting, whether all nodes answer.
	 */
	void checkIfSuspected() {
		if (this.suspected && !this.stopped && this.interval.restartIfDue()
				&& this.checking.compareAndSet(false, true)) {
			try {
				DaemonThreads.single(this::check, "kv-redis-nodes").start();
			}
			catch (OutOfMemoryError ex) {
				// there are no more threads at present: a later call looks
				this.checking.set(false);
				logger.debug("The nodes of the cluster could not be checked", ex);
			}
		}
	}

	private void check() {
		try (RedisConnection connection = this.connections.get()) {
			check((RedisClusterConnection) connection);
		}
		catch (RuntimeException ex) {
			logger.debug("The nodes of the cluster could not be checked", ex);
		}
		finally {
			this.checking.set(false);
		}
	}

	private void check(RedisClusterConnection connection) {
		List<RedisClusterNode> primaries = new ArrayList<>();
		int slots = 0;
		for (RedisClusterNode node : connection.clusterGetNodes()) {
			int count = node.getSlotRange().getSlots().size();
			if (node.isMaster() && count > 0) {
				primaries.add(node);
				slots += count;
			}
		}
		Set<String> away = silent(connection, primaries);
		if (away.size() < primaries.size()) {
			say(away, slots < SLOTS);
		}
		// otherwise all are away, which the link logs
	}

	private Set<String> silent(RedisClusterConnection connection, List<RedisClusterNode> primaries) {
		Map<String, CompletableFuture<@Nullable Void>> answers = new LinkedHashMap<>();
		primaries.forEach((node) -> answers.put(node.asString(), ping(connection, node)));
		Set<String> away = new TreeSet<>();
		Patience patience = new Patience(PATIENCE_MILLIS);
		answers.forEach((node, answer) -> {
			try {
				if (!patience.await(answer)) {
					away.add(node);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				away.add(node);
			}
			catch (ExecutionException ex) {
				away.add(node);
			}
		});
		return away;
	}

	/**
	 * Waits until any node has answered.
	 * @throws RuntimeException what the last one failed with, if all have failed
	 */
	void awaitAny(RedisClusterConnection connection) {
		List<RedisClusterNode> nodes = new ArrayList<>();
		connection.clusterGetNodes().forEach(nodes::add);
		CompletableFuture<@Nullable Void> first = new CompletableFuture<>();
		AtomicInteger left = new AtomicInteger(nodes.size());
		List<?> answers = nodes.stream().map((node) -> ping(connection, node).whenComplete((answered, failure) -> {
			if (failure == null) {
				first.complete(null);
			}
			else if (left.decrementAndGet() == 0) {
				first.completeExceptionally(failure);
			}
		})).toList();
		Assert.notEmpty(answers, "There is no node to call");
		try {
			first.join();
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
		}
	}

	/**
	 * With a thread of its own: a node that is frozen answers as late as a command may
	 * last.
	 */
	private CompletableFuture<@Nullable Void> ping(RedisClusterConnection connection, RedisClusterNode node) {
		CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
		CompletableFuture<@Nullable Void> before = this.pings.putIfAbsent(node.asString(), answer);
		if (before != null) {
			return before;
		}
		try {
			DaemonThreads.single(() -> ping(connection, node, answer), "kv-redis-node").start();
		}
		catch (OutOfMemoryError ex) {
			// there are no more threads at present: a later ping has one
			ended(node, answer, ex);
		}
		return answer;
	}

	private void ping(RedisClusterConnection connection, RedisClusterNode node,
			CompletableFuture<@Nullable Void> answer) {
		try {
			connection.ping(node);
			ended(node, answer, null);
		}
		catch (Throwable ex) {
			ended(node, answer, ex);
		}
	}

	private void ended(RedisClusterNode node, CompletableFuture<@Nullable Void> answer, @Nullable Throwable failure) {
		this.pings.remove(node.asString(), answer);
		if (failure != null) {
			answer.completeExceptionally(failure);
		}
		else {
			answer.complete(null);
		}
	}

	private void say(Set<String> away, boolean uncovered) {
		if (!away.isEmpty() && !this.announced && !this.stopped) {
			this.announced = true;
			logger.warn("Nodes of the Redis Cluster can't be reached for now (" + String.join(", ", away)
					+ "): keys of their slots wait, those of all other nodes are served");
		}
		else if (away.isEmpty() && !uncovered) {
			this.suspected = false;
			if (this.announced) {
				this.announced = false;
				logger.info("All slots of the Redis Cluster are served again");
			}
		}
	}

}
