package io.github.kvevents.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Patience;
import io.github.kvevents.support.StoreFailure;

/**
 * One attempt to connect to Redis and to get an answer, on a thread of its own. Many
 * threads wait for its outcome.
 */
final class ConnectAttempt {

	/** How long a failed attempt answers for later callers. */
	private static final long FAILED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final Supplier<RedisConnection> connections;

	private final @Nullable NodeOutages nodes;

	private final Runnable answered;

	private final Consumer<String> failed;

	private final CompletableFuture<Void> outcome = new CompletableFuture<>();

	private final long startedAt = System.nanoTime();

	private volatile long endedAt;

	private final Thread thread = DaemonThreads.single(this::run, "kv-redis-connect");

	/**
	 * Creates an attempt that is not started.
	 * @param nodes the nodes of a Redis Cluster, {@code null} for one server
	 * @param answered runs when Redis has answered, before the waiting threads resume
	 * @param failed receives the reason if the attempt fails
	 */
	ConnectAttempt(Supplier<RedisConnection> connections, @Nullable NodeOutages nodes, Runnable answered,
			Consumer<String> failed) {
		this.connections = connections;
		this.nodes = nodes;
		this.answered = answered;
		this.failed = failed;
	}

	/**
	 * Starts it. Where the JVM can't create a thread, it has failed, and a later one may
	 * succeed.
	 */
	void start() {
		try {
			this.thread.start();
		}
		catch (OutOfMemoryError ex) {
			failed(ex);
		}
	}

	/**
	 * Whether a new attempt may start.
	 */
	boolean isOver() {
		if (isUnderWay()) {
			return false;
		}
		return !this.outcome.isCompletedExceptionally() || System.nanoTime() - this.endedAt > FAILED_NANOS;
	}

	boolean isUnderWay() {
		return !this.outcome.isDone();
	}

	long elapsedMillis() {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.startedAt);
	}

	/**
	 * Waits for an answer.
	 * @param nanos how long to wait at most
	 * @return {@code false} if the attempt is still under way then
	 * @throws RuntimeException what it failed with
	 */
	boolean await(long nanos) {
		try {
			this.outcome.get(nanos, TimeUnit.NANOSECONDS);
			return true;
		}
		catch (TimeoutException ex) {
			return false;
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
	 * Whether Redis answers within the given time.
	 */
	boolean succeeds(long millis) throws InterruptedException {
		try {
			return new Patience(millis).await(this.outcome);
		}
		catch (ExecutionException ex) {
			return false;
		}
	}

	/**
	 * Each thread that waits for an unreachable Redis gets its own exception, which no
	 * other thread can change. Any other failure is the exception of the connection
	 * factory.
	 */
	private static RuntimeException failure(Throwable cause) {
		StoreFailure kind = StoreFailure.of(cause);
		if (!kind.isOutage() && cause instanceof RuntimeException unchanged) {
			return unchanged;
		}
		String message = "Redis can't be reached: " + reason(cause);
		return (kind == StoreFailure.TIMEOUT) ? new QueryTimeoutException(message, cause)
				: new RedisConnectionFailureException(message, cause);
	}

	/**
	 * The message of the cause; where it is about certificates it names none, so it says
	 * which to look at.
	 */
	private static String reason(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException) {
				return StoreFailure.reason(failure) + " - check the certificates of 'spring.data.redis.ssl.bundle': it "
						+ "must trust the authority of the server's, and have one of its own if the server asks for it";
			}
		}
		return StoreFailure.reason(failure);
	}

	void interrupt() {
		this.thread.interrupt();
	}

	/**
	 * Fails all waiting threads at once, although the attempt itself continues.
	 */
	void giveUp(RuntimeException failure) {
		this.outcome.completeExceptionally(failure);
	}

	private void run() {
		try {
			ping();
			this.answered.run();
			this.outcome.complete(null);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	private void failed(Throwable failure) {
		this.failed.accept(StoreFailure.of(failure).isRefusal() ? StoreFailure.remedy(failure) : reason(failure));
		this.endedAt = System.nanoTime();
		this.outcome.completeExceptionally(failure);
	}

	private void ping() {
		try (RedisConnection connection = this.connections.get()) {
			// a node that is away concerns only the keys that it serves
			if (this.nodes != null && connection instanceof RedisClusterConnection cluster) {
				this.nodes.awaitAny(cluster);
			}
			else {
				connection.ping();
			}
		}
		catch (RuntimeException ex) {
			boolean reached = !(ex instanceof RedisConnectionFailureException);
			if (!reached || StoreFailure.of(ex) != StoreFailure.REFUSED) {
				throw ex;
			}
			// a server that refuses PING has answered
		}
	}

}
