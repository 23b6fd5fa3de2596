package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;

import io.github.kvevents.autoconfigure.RedisRefusedFailureAnalyzer.RedisRefusedException;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.support.StoreFailure;

/**
 * Stops start-up where the server is too old, or keeps the namespace in another number of
 * partitions, and warns where it refuses what writes or deliveries take. Asks only where
 * the application would use Redis by itself. A server that is away or slow is no reason
 * to stop: the first operation finds out.
 */
class RedisStartCheck implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RedisStartCheck.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisKvStore store;

	private volatile boolean running;

	private final RedisLink link;

	private final int connections;

	/**
	 * Creates a check.
	 * @param connections how many connections are taken for as long as the application
	 * runs, at most
	 */
	RedisStartCheck(RedisKvStore store, RedisLink link, int connections) {
		this.store = store;
		this.link = link;
		this.connections = connections;
	}

	@Override
	public void start() {
		comparePool();
		FutureTask<Void> check = new FutureTask<>(this.store::check, null);
		Thread thread = new Thread(check, "kv-redis-check");
		thread.setDaemon(true);
		thread.start();
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
			logger.debug("Redis doesn't tell in time whether it can serve this application");
			this.link.doubt();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.running = true;
	}

	/**
	 * What waits inside of Redis keeps its connection. Two more do the rest, and one is
	 * left to the application.
	 */
	private void comparePool() {
		Integer poolSize = this.link.getPoolSize();
		if (poolSize == null) {
			return;
		}
		if (!this.link.isPooled()) {
			logger.info(("kv-events opens up to %d connections of its own and takes none out of the application's pool "
					+ "('spring.data.redis.lettuce.pool.max-active' is %d)")
				.formatted(this.connections + 1, poolSize));
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
	 * Refused writes don't stop start-up: who has the rights to run it may give them now.
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
			logger.debug("Redis can't be asked whether it can serve this application", failure);
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
	 * Behind the connections and before all that uses them.
	 */
	@Override
	public int getPhase() {
		return StoreChangeFeed.PHASE / 2;
	}

}
