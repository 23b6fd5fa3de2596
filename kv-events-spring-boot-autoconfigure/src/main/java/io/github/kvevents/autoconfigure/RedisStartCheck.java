package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.util.StringUtils;

import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.doctor.ConnectionsCheck;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.StoreFailure;

/**
 * Fails at start-up if the server is too old or has the namespace with another number of
 * partitions, and warns if it refuses a command that writes or deliveries need. Connects
 * only if the application would use Redis without being called. A server that can't be
 * reached or is slow does not stop start-up: the first operation checks it. What it found
 * is part of the start-up report.
 */
class RedisStartCheck implements SmartLifecycle, StartupReport.Server {

	private static final Log logger = LogFactory.getLog(RedisStartCheck.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisKvStore store;

	private volatile boolean running;

	private final RedisLink link;

	private final ConnectionSettings settings;

	private final ConnectionsCheck connectionsCheck;

	private final int connections;

	private final int partitions;

	private volatile boolean silent;

	private volatile boolean refused;

	/** What Redis said about itself, {@code null} if it wasn't asked. */
	private volatile @Nullable Map<String, Object> facts;

	/**
	 * Creates a check.
	 * @param connectionsCheck looks at the pool
	 * @param connections how many connections wait in blocking commands at most
	 * @param partitions how many partitions there are
	 */
	RedisStartCheck(RedisKvStore store, RedisLink link, ConnectionsCheck connectionsCheck, int connections,
			int partitions) {
		this.store = store;
		this.link = link;
		this.settings = ConnectionSettings.of(link.connectionFactory());
		this.connectionsCheck = connectionsCheck;
		this.connections = connections;
		this.partitions = partitions;
	}

	@Override
	public void start() {
		comparePool();
		FutureTask<Void> check = new FutureTask<>(this::check, null);
		DaemonThreads.single(check, "kv-redis-check").start();
		this.silent = false;
		this.refused = false;
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
			this.silent = true;
			this.link.doubt();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.running = true;
	}

	private void check() {
		this.store.check();
		if (this.link.isAnswered()) {
			readFacts();
		}
	}

	private void readFacts() {
		this.facts = RedisConnections.of(this.link.connectionFactory()).facts();
	}

	private void comparePool() {
		DoctorFinding pool = this.connectionsCheck.pool();
		if (pool.status() == Status.WARNING) {
			logger.warn(pool.found() + ": " + StringUtils.uncapitalize(String.valueOf(pool.fix())));
		}
	}

	/**
	 * One connection is for all commands, one for reads that may be large; in Redis
	 * Cluster what waits for a partition shares one.
	 */
	@Override
	public String connections() {
		Integer poolSize = this.settings.poolSize();
		if (poolSize != null && this.link.isPooled()) {
			return "up to %d of the %d in the application's pool".formatted(this.connections + 2, poolSize);
		}
		String own = isCluster()
				? "up to %d of its own that wait, two to each node and one more".formatted(this.partitions)
				: "up to %d of its own".formatted(this.connections + 2);
		return (poolSize != null) ? own + ", none out of the application's pool of %d".formatted(poolSize) : own;
	}

	@Override
	public String describe() {
		String where = "%s, database %d".formatted(this.settings.topology(), this.settings.database());
		if (this.silent) {
			return where;
		}
		if (this.refused) {
			return where + ", refuses what kv-events needs: see the warning";
		}
		Map<String, Object> facts = this.facts;
		if (facts == null) {
			return where + ", not asked yet: the first operation connects";
		}
		String name = facts.containsKey("server") ? facts.get("server") + " " : "";
		return "%s%s, %s".formatted(name, facts.getOrDefault("version", "version unknown"), where);
	}

	@Override
	public boolean isSilent() {
		return this.silent;
	}

	@Override
	public boolean isCluster() {
		return this.link.isCluster();
	}

	@Override
	public void whenAnswered(Runnable action) {
		this.link.whenAnswered(() -> DaemonThreads.single(() -> {
			this.silent = false;
			try {
				readFacts();
			}
			catch (RuntimeException ex) {
				logger.debug("Redis did not say which version it has", ex);
			}
			action.run();
		}, "kv-startup-report").start());
	}

	/**
	 * Refused writes don't stop start-up: the permissions may be granted later.
	 */
	private void say(Throwable failure) {
		StoreFailure kind = StoreFailure.of(failure);
		this.silent = kind.isOutage();
		if (failure instanceof PermissionDeniedDataAccessException) {
			this.refused = true;
			logger.warn(failure.getMessage());
		}
		else if (kind == StoreFailure.REFUSED) {
			this.refused = true;
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
