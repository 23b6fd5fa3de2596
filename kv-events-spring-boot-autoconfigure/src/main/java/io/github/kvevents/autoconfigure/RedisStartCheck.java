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

import io.github.kvevents.log.StoreChangeFeed;
import io.github.kvevents.store.redis.RedisKvStore;

/**
 * Stops start-up where the server is too old, or keeps the namespace in another number of
 * partitions. Asks only where the application would use Redis by itself. A server that is
 * away or slow is no reason to stop: the first operation finds out.
 */
class RedisStartCheck implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RedisStartCheck.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisKvStore store;

	private volatile boolean running;

	RedisStartCheck(RedisKvStore store) {
		this.store = store;
	}

	@Override
	public void start() {
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
			logger.debug("Redis can't be asked whether it can serve this application", ex.getCause());
		}
		catch (TimeoutException ex) {
			logger.debug("Redis doesn't tell in time whether it can serve this application");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.running = true;
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
