package io.github.kvevents.redis;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.Delay;
import io.github.kvevents.support.StartupWait;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * Whether Redis answers. While that is unknown, all callers wait for one shared attempt
 * to connect. Used by many threads at once.
 */
final class LinkState {

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	/**
	 * After a command has taken this long, Redis is asked whether it still answers.
	 * Longer than blocking reads wait in Redis.
	 */
	private static final long SILENCE_NANOS = BlockingReads.MAX_WAIT.plusSeconds(1).toNanos();

	/** So often at most the calls are looked through for one that takes long. */
	private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** How long Redis may take to answer once the context closes. */
	static final long CLOSING_MILLIS = 1000;

	private static final String CLOSED = "The connections of kv-events are closed: the application context is stopped";

	private static final String GIVEN_UP = "Redis doesn't answer while the application closes";

	private final Supplier<RedisConnection> connections;

	private final Duration commandTimeout;

	private final Set<Call> calls = ConcurrentHashMap.newKeySet();

	/** When no call had taken long. */
	private volatile long checkedAt = System.nanoTime() - CHECK_NANOS;

	private volatile boolean answers;

	private volatile boolean starting = true;

	private volatile boolean abandoned;

	/** Wakes the thread that pings while the context closes. */
	private final Waiter closing = new Waiter();

	private volatile boolean stopped;

	private @Nullable ConnectAttempt attempt;

	/** How much longer beans may wait for Redis at startup. */
	private final StartupWait startupWait = new StartupWait();

	private boolean announced;

	/** Runs with the next answer. */
	private @Nullable Runnable whenAnswered;

	private final @Nullable NodeOutages nodes;

	private final Predicate<Throwable> repeatable;

	/**
	 * Creates a state in which Redis has not answered yet.
	 * @param nodes the nodes of a Redis Cluster, {@code null} for one server
	 * @param repeatable whether a failed command was not executed and may succeed soon
	 */
	LinkState(Supplier<RedisConnection> connections, Duration commandTimeout, @Nullable NodeOutages nodes,
			Predicate<Throwable> repeatable) {
		this.connections = connections;
		this.commandTimeout = commandTimeout;
		this.nodes = nodes;
		this.repeatable = repeatable;
	}

	Duration commandTimeout() {
		return this.commandTimeout;
	}

	/**
	 * For how long commands are repeated: the last one has to end in time, too.
	 */
	long repetitionNanos() {
		return this.commandTimeout.toNanos() / 5 * 4;
	}

	/**
	 * Whether commands go to the nodes of a Redis Cluster.
	 */
	boolean isCluster() {
		return this.nodes != null;
	}

	/**
	 * Whether a failed command was not executed and may succeed soon.
	 */
	boolean mayRepeat(Throwable failure) {
		return this.repeatable.test(failure);
	}

	/**
	 * Returns at once while Redis answers. Otherwise waits for an attempt to connect, at
	 * most for the command timeout.
	 * @param waited how long the operation has waited before
	 * @return the longest wait, in nanoseconds
	 */
	long awaitAnswer(long waited) {
		if (this.nodes != null) {
			this.nodes.checkIfSuspected();
		}
		if (this.answers && !isSilent()) {
			return waited;
		}
		long start = System.nanoTime();
		ping(this.commandTimeout.minusNanos(waited));
		return Math.max(waited, System.nanoTime() - start);
	}

	/**
	 * Waits for an answer of Redis.
	 * @param patience how long to wait at most
	 */
	void ping(Duration patience) {
		ConnectAttempt attempt = attempt();
		long startNanos = this.startupWait.begin();
		long nanos = this.starting ? Math.min(patience.toNanos(), startNanos) : patience.toNanos();
		try {
			if (!attempt.await(nanos)) {
				announce("it hasn't answered for " + attempt.elapsedMillis() + " ms");
				throw new QueryTimeoutException("Redis doesn't answer; an attempt to connect to it is under way");
			}
		}
		finally {
			this.startupWait.end();
		}
	}

	private boolean isSilent() {
		long now = System.nanoTime();
		if (now - this.checkedAt < CHECK_NANOS) {
			return false;
		}
		for (Call call : this.calls) {
			if (call.isOlder(now - SILENCE_NANOS)) {
				return true;
			}
		}
		this.checkedAt = now;
		return false;
	}

	/**
	 * The attempt under way, or a new one.
	 * @throws RedisConnectionFailureException if none is to begin any more, since the
	 * connections are closed
	 */
	private synchronized ConnectAttempt attempt() {
		if (this.abandoned) {
			throw new RedisConnectionFailureException(GIVEN_UP);
		}
		if (this.stopped) {
			throw new RedisConnectionFailureException(CLOSED);
		}
		ConnectAttempt attempt = this.attempt;
		if (attempt == null || attempt.isOver()) {
			attempt = new ConnectAttempt(this.connections, this.nodes, this::answered, this::announce);
			this.attempt = attempt;
			attempt.start();
		}
		return attempt;
	}

	private synchronized void announce(String reason) {
		this.answers = false;
		if (!this.announced && !this.stopped && !this.abandoned) {
			this.announced = true;
			logger.warn("Redis can't be reached for now (" + reason
					+ "); kv-events connects again by itself, and everything that waits for Redis resumes then");
		}
	}

	private synchronized void answered() {
		if (this.abandoned || this.stopped) {
			// too late: the connections are closed, or about to be
			return;
		}
		this.answers = true;
		this.startupWait.answered();
		if (this.announced) {
			this.announced = false;
			logger.info("Redis answers again: kv-events resumes");
		}
		Runnable action = this.whenAnswered;
		if (action != null) {
			this.whenAnswered = null;
			action.run();
		}
	}

	boolean isAnswered() {
		return this.answers;
	}

	/**
	 * Runs an action with the next answer, at once if Redis answers.
	 */
	synchronized void whenAnswered(Runnable action) {
		if (this.answers) {
			action.run();
		}
		else {
			this.whenAnswered = action;
		}
	}

	/**
	 * Registers a call that starts.
	 */
	Call begin() {
		return idle().begin();
	}

	/**
	 * Registers what stands for one call after the other, until it is removed.
	 */
	Call idle() {
		Call call = new Call();
		this.calls.add(call);
		return call;
	}

	/**
	 * Removes a call that has ended.
	 */
	void end(Call call) {
		this.calls.remove(call);
	}

	/**
	 * Records a failed call. If it may be an outage, the next call checks the connection
	 * first.
	 */
	void failed(Throwable failure) {
		if (StoreFailure.of(failure).isOutage()) {
			this.answers = false;
			if (this.nodes != null) {
				this.nodes.suspect();
			}
		}
	}

	/**
	 * What to throw for a failure: once the connections are closed on purpose, that is
	 * its reason, whatever the driver says.
	 */
	RuntimeException reasonOf(RuntimeException failure) {
		boolean closed = (this.stopped || this.abandoned) && StoreFailure.of(failure) == StoreFailure.OTHER;
		return closed ? new RedisConnectionFailureException(CLOSED, failure) : failure;
	}

	/**
	 * Ends the startup phase: the application context has started.
	 */
	void started() {
		this.starting = false;
	}

	/**
	 * Sets whether the connections are closed on purpose.
	 */
	void setStopped(boolean stopped) {
		synchronized (this) {
			this.stopped = stopped;
			this.answers = false;
		}
		if (this.nodes != null) {
			this.nodes.setStopped(stopped);
		}
		if (stopped) {
			this.closing.wakeUp();
		}
	}

	boolean isAbandoned() {
		return this.abandoned;
	}

	synchronized boolean isConnecting() {
		return this.attempt != null && this.attempt.isUnderWay();
	}

	/**
	 * Interrupts the current attempt.
	 */
	synchronized void interruptAttempt() {
		if (this.attempt != null) {
			this.attempt.interrupt();
		}
	}

	/**
	 * Makes the next caller check whether Redis answers.
	 */
	void doubt() {
		this.answers = false;
	}

	/**
	 * Pings Redis until the connections are closed. @return {@code false} as soon as a
	 * ping is not answered; all waiting and later callers fail from then on
	 */
	boolean answersUntilStopped() {
		try {
			this.closing.reset();
			while (!this.stopped) {
				if (!attempt().succeeds(CLOSING_MILLIS)) {
					return this.stopped || !abandon();
				}
				this.closing.await(Delay.ofMillis(CLOSING_MILLIS / 2));
			}
			return true;
		}
		catch (InterruptedException | RedisConnectionFailureException ex) {
			// stopped in between
			return true;
		}
	}

	private synchronized boolean abandon() {
		this.abandoned = true;
		this.answers = false;
		if (this.attempt != null) {
			this.attempt.giveUp(new DataAccessResourceFailureException(GIVEN_UP));
		}
		return true;
	}

	/**
	 * A command that was sent. Each is equal to itself alone: several are sent at the
	 * same time.
	 */
	static final class Call {

		private volatile long since;

		private volatile boolean running;

		Call begin() {
			this.since = System.nanoTime();
			this.running = true;
			return this;
		}

		/**
		 * Ends it, until it begins again.
		 */
		void pause() {
			this.running = false;
		}

		/**
		 * When it was sent, in nanoseconds.
		 */
		long since() {
			return this.since;
		}

		/**
		 * Whether it runs, and was sent before a time.
		 */
		boolean isOlder(long nanoTime) {
			// in this order: the time is that of a call that runs, or of one behind it
			return this.running && this.since - nanoTime < 0;
		}

	}

}
