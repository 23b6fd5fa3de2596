package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.util.StringUtils;

import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.StoreFailure;

/**
 * Fails at start-up if the server is too old or has the namespace with another number of
 * partitions, and warns if it refuses a command that writes or deliveries need. Connects
 * only if the application would use Redis without being called. A server that can't be
 * reached or is slow does not stop start-up: the first operation checks it.
 */
class RedisStartCheck implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RedisStartCheck.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisKvStore store;

	private volatile boolean running;

	private final RedisLink link;

	private final int partitions;

	private final int connections;

	/**
	 * Creates a check.
	 * @param connections how many connections are occupied at most while the application
	 * runs
	 */
	RedisStartCheck(RedisKvStore store, RedisLink link, int partitions, int connections) {
		this.store = store;
		this.link = link;
		this.partitions = partitions;
		this.connections = connections;
	}

	@Override
	public void start() {
		comparePool();
		FutureTask<Void> check = new FutureTask<>(this.store::check, null);
		DaemonThreads.single(check, "kv-redis-check").start();
		try {
			check.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof InvalidDataAccessResourceUsageException refused) {
				throw new RedisRefusedException(String.valueOf(refused.getMessage()), refused);
			}
			say((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TimeoutException ex) {
			logger.debug("Redis did not answer the check at start-up in time");
			this.link.doubt();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.running = true;
	}

	/**
	 * Each blocking command occupies a connection. Two more serve all other commands, and
	 * one is left for the application.
	 */
	private void comparePool() {
		Integer poolSize = this.link.getPoolSize();
		if (poolSize == null) {
			return;
		}
		if (!this.link.isPooled()) {
			logger.info(("kv-events opens up to %s and takes none out of the application's pool "
					+ "('spring.data.redis.lettuce.pool.max-active' is %d)")
				.formatted(ownConnections(), poolSize));
			return;
		}
		int needed = this.connections + 3;
		if (poolSize < needed) {
			logger.warn(("kv-events needs %d connections at the same time, but the application's pool has %d: set "
					+ "'spring.data.redis.jedis.pool.max-active' (with Lettuce "
					+ "'spring.data.redis.lettuce.pool.max-active') to at least %d, or events come late or never")
				.formatted(needed, poolSize, needed));
		}
	}

	/**
	 * In Redis Cluster all that wait for a partition share a connection; beside it there
	 * are commands and notifications, and one that the driver needs.
	 */
	private String ownConnections() {
		return this.link.isCluster()
				? "%d connections of its own that wait, one for each partition, and 2 to each node and one more"
					.formatted(this.partitions)
				: "%d connections of its own".formatted(this.connections + 1);
	}

	/**
	 * Refused writes don't stop start-up: the permissions may be granted later.
	 */
	private static void say(Throwable failure) {
		if (failure instanceof PermissionDeniedDataAccessException) {
			logger.warn(failure.getMessage());
		}
		else if (StoreFailure.of(failure) == StoreFailure.REFUSED) {
			logger.warn("Writes of this application will fail: Redis refuses what kv-events needs: "
					+ StoreFailure.remedy(failure));
		}
		else {
			logger.debug("The check of Redis at start-up failed", failure);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * After the connections and before their users.
	 */
	@Override
	public int getPhase() {
		return StoreChangeFeed.PHASE / 2;
	}

	/**
	 * Analyzes why this application can't work with the Redis server. If the message has
	 * a colon, the action follows it.
	 */
	static class RedisRefusedFailureAnalyzer extends AbstractFailureAnalyzer<RedisRefusedException> {

		@Override
		protected FailureAnalysis analyze(Throwable rootFailure, RedisRefusedException cause) {
			String message = String.valueOf(cause.getMessage());
			int end = message.indexOf(": ");
			if (end < 0) {
				return new FailureAnalysis(message + ".",
						"Use a newer server, or have 'spring.data.redis' point to another one.", cause);
			}
			return new FailureAnalysis(message.substring(0, end) + ".",
					StringUtils.capitalize(message.substring(end + 2)) + ".", cause);
		}

	}

	/**
	 * Redis answers, but can't be used with the configuration of this application.
	 */
	static class RedisRefusedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RedisRefusedException(String message, Throwable cause) {
			super(message, cause);
		}

	}

}
