package io.github.kvevents.store.redis;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.StoreFailure;

/**
 * Whether Redis answers. Who needs it while that isn't known waits for the only attempt.
 * Used by many threads at once.
 */
final class LinkState {

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	/** What all that starts waits for Redis, together. */
	private static final long START_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** A command that takes longer is a reason to ask whether Redis answers at all. */
	private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** What Redis may take to answer once the context closes. */
	static final long CLOSING_MILLIS = 1000;

	/** For how long a failed attempt speaks for those who come then. */
	private static final long FAILED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final Supplier<RedisConnection> connections;

	private final Duration commandTimeout;

	private final Set<Call> calls = ConcurrentHashMap.newKeySet();

	private volatile boolean answers;

	private volatile boolean starting = true;

	private volatile boolean abandoned;

	private volatile boolean stopped;

	private @Nullable Attempt attempt;

	private @Nullable Long startEndsAt;

	private boolean announced;

	LinkState(Supplier<RedisConnection> connections, Duration commandTimeout) {
		this.connections = connections;
		this.commandTimeout = commandTimeout;
	}

	/**
	 * Returns at once while Redis answers, and waits for an attempt otherwise, for as
	 * long as a command may take.
	 */
	void awaitAnswer() {
		if (!this.answers || isSilent()) {
			ping(this.commandTimeout);
		}
	}

	/**
	 * Waits for a sign of life.
	 * @param patience how long to wait at most
	 */
	void ping(Duration patience) {
		if (this.abandoned) {
			throw new RedisConnectionFailureException("Redis doesn't answer while the application closes");
		}
		await(attempt(), waitNanos(patience));
	}

	private boolean isSilent() {
		long now = System.nanoTime();
		for (Call call : this.calls) {
			if (now - call.since() > SILENCE_NANOS) {
				return true;
			}
		}
		return false;
	}

	private synchronized Attempt attempt() {
		Attempt attempt = this.attempt;
		if (attempt == null || attempt.isOver()) {
			attempt = new Attempt();
			this.attempt = attempt;
			attempt.start();
		}
		return attempt;
	}

	private synchronized long waitNanos(Duration longest) {
		if (!this.starting) {
			return longest.toNanos();
		}
		long now = System.nanoTime();
		if (this.startEndsAt == null) {
			this.startEndsAt = now + START_NANOS;
		}
		return Math.max(0, Math.min(longest.toNanos(), this.startEndsAt - now));
	}

	private void await(Attempt attempt, long nanos) {
		try {
			attempt.outcome.get(nanos, TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			announce("it hasn't answered for " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - attempt.startedAt)
					+ " ms");
			throw new QueryTimeoutException("Redis doesn't answer; an attempt to connect to it is under way");
		}
		catch (ExecutionException ex) {
			throw failure((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisConnectionFailureException("Interrupted while waiting for Redis", ex);
		}
	}

	/**
	 * Each who waits for a Redis that is away gets an exception of its own, which others
	 * can't change. Anything else is what the factory of connections threw.
	 */
	private static RuntimeException failure(Throwable cause) {
		StoreFailure kind = StoreFailure.of(cause);
		if (!kind.isOutage() && cause instanceof RuntimeException unchanged) {
			return unchanged;
		}
		String message = "Redis can't be reached: " + StoreFailure.reason(cause);
		return (kind == StoreFailure.TIMEOUT) ? new QueryTimeoutException(message, cause)
				: new RedisConnectionFailureException(message, cause);
	}

	private synchronized void announce(String reason) {
		this.answers = false;
		if (!this.announced && !this.stopped && !this.abandoned) {
			this.announced = true;
			logger.warn("Redis can't be reached for now (" + reason
					+ "); kv-events connects again by itself, and what waits for Redis resumes then");
		}
	}

	private synchronized void answered() {
		this.answers = true;
		if (this.announced) {
			this.announced = false;
			logger.info("Redis answers again: kv-events resumes");
		}
	}

	/**
	 * A call begins.
	 */
	Call begin() {
		Call call = new Call(System.nanoTime(), new Object());
		this.calls.add(call);
		return call;
	}

	/**
	 * A call has ended.
	 */
	void end(Call call) {
		this.calls.remove(call);
	}

	/**
	 * A call failed. Where that may mean an outage, the next attempt tells.
	 */
	void failed(Throwable failure) {
		if (StoreFailure.of(failure).isOutage()) {
			this.answers = false;
		}
	}

	/**
	 * The application context has started.
	 */
	void started() {
		this.starting = false;
	}

	/**
	 * Whether connections are meant to be closed.
	 */
	void setStopped(boolean stopped) {
		this.stopped = stopped;
		this.answers = false;
	}

	boolean isAbandoned() {
		return this.abandoned;
	}

	synchronized boolean isConnecting() {
		return this.attempt != null && !this.attempt.outcome.isDone();
	}

	/**
	 * Ends the attempt that is under way.
	 */
	synchronized void interruptAttempt() {
		if (this.attempt != null) {
			this.attempt.thread.interrupt();
		}
	}

	/**
	 * Forgets that Redis answered: it is late.
	 */
	void doubt() {
		this.answers = false;
	}

	/**
	 * Asks Redis for signs of life until the connections are to be closed.
	 * @return {@code false} as soon as one stayed out, and everybody who waits fails from
	 * then on
	 */
	boolean answersUntilStopped() {
		try {
			while (!this.stopped) {
				attempt().outcome.get(CLOSING_MILLIS, TimeUnit.MILLISECONDS);
				TimeUnit.MILLISECONDS.sleep(CLOSING_MILLIS / 2);
			}
			return true;
		}
		catch (InterruptedException ex) {
			return true;
		}
		catch (TimeoutException | ExecutionException ex) {
			return this.stopped || !abandon();
		}
	}

	private synchronized boolean abandon() {
		this.abandoned = true;
		this.answers = false;
		if (this.attempt != null) {
			this.attempt.outcome.completeExceptionally(
					new DataAccessResourceFailureException("Redis doesn't answer while the application closes"));
		}
		return true;
	}

	/**
	 * A command that was sent.
	 *
	 * @param since when, in nanoseconds
	 * @param identity tells calls of the same moment apart
	 */
	record Call(long since, Object identity) {
	}

	/**
	 * The attempt that all wait for.
	 */
	private final class Attempt {

		private final CompletableFuture<Void> outcome = new CompletableFuture<>();

		private final long startedAt = System.nanoTime();

		private volatile long endedAt;

		private final Thread thread = new Thread(this::run, "kv-redis-connect");

		void start() {
			this.thread.setDaemon(true);
			this.thread.start();
		}

		/**
		 * Whether another one may begin.
		 */
		boolean isOver() {
			if (!this.outcome.isDone()) {
				return false;
			}
			return !this.outcome.isCompletedExceptionally() || System.nanoTime() - this.endedAt > FAILED_NANOS;
		}

		private void run() {
			try {
				ping();
				answered();
				this.outcome.complete(null);
			}
			catch (Throwable ex) {
				announce(StoreFailure.of(ex).isRefusal() ? StoreFailure.remedy(ex) : StoreFailure.reason(ex));
				this.endedAt = System.nanoTime();
				this.outcome.completeExceptionally(ex);
			}
		}

		private void ping() {
			try (RedisConnection connection = LinkState.this.connections.get()) {
				connection.ping();
			}
			catch (RuntimeException ex) {
				boolean reached = !(ex instanceof RedisConnectionFailureException);
				if (!reached || StoreFailure.of(ex) != StoreFailure.REFUSED) {
					throw ex;
				}
				// to refuse PING is an answer
			}
		}

	}

}
