package io.github.kvevents.redis.topology;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * Listens to a Sentinel. The driver asks the Sentinels for the primary when it connects,
 * and not again while a connection lasts: the former primary of a planned fail-over takes
 * writes for some ten seconds more, and loses them. So connections to it are closed as
 * soon as the Sentinels name the new one.
 * <p>
 * One thread and one connection, to the first Sentinel that answers, which is asked for a
 * sign of life every five seconds. After a failure it connects again, with back-off and
 * jitter, and compares the primary, since it may have missed a message. For our packages.
 */
public final class SentinelWatch implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(SentinelWatch.class);

	private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);

	/** How long Sentinels may take to agree. */
	private static final long AGREEMENT_NANOS = TimeUnit.SECONDS.toNanos(20);

	/** How long connections that were being established meanwhile are closed, too. */
	private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final long CLOSING_MILLIS = 1000;

	private final Sentinels sentinels;

	private final ToIntFunction<Predicate<SocketAddress>> closeSelected;

	private final Runnable moved;

	private final Waiter waiter = new Waiter();

	private final AtomicReference<@Nullable InetSocketAddress> announced = new AtomicReference<>();

	private final AtomicBoolean doubted = new AtomicBoolean();

	private final Thread thread = DaemonThreads.single(this::run, "kv-redis-sentinel");

	private volatile boolean closed;

	/** Whether it was logged that no Sentinel answers. */
	private boolean silent;

	/**
	 * Starts to listen.
	 * @param application the factory that has the addresses and the credentials
	 * @param own the client whose connections are closed, for its threads and options
	 * @param closeSelected closes the connections that lead to selected addresses, and
	 * returns how many there were
	 * @param moved runs when there were some
	 */
	public SentinelWatch(LettuceConnectionFactory application, AbstractRedisClient own,
			ToIntFunction<Predicate<SocketAddress>> closeSelected, Runnable moved) {
		this.sentinels = new Sentinels(application, own);
		this.closeSelected = closeSelected;
		this.moved = moved;
		this.thread.start();
	}

	/**
	 * Compares the primary soon: a server behaves as if it weren't the primary any more.
	 */
	public void doubt() {
		this.doubted.set(true);
		this.waiter.wakeUp();
	}

	@Override
	public void close() {
		this.closed = true;
		this.waiter.wakeUp();
		this.thread.interrupt();
		try {
			this.thread.join(CLOSING_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		BackOffExecution failures = backOff().start();
		while (!this.closed) {
			try (StatefulRedisPubSubConnection<String, String> connection = this.sentinels.subscribe(this::announce,
					this.waiter::wakeUp)) {
				answered();
				follow();
				failures = backOff().start();
				listen(connection);
			}
			catch (RuntimeException ex) {
				failed(ex);
			}
			if (!this.closed) {
				this.waiter.reset();
				this.waiter.awaitQuietly(failures.nextBackOff());
			}
		}
		this.sentinels.close();
	}

	private static ExponentialBackOff backOff() {
		ExponentialBackOff backOff = new ExponentialBackOff(100, 2);
		backOff.setMaxInterval(SIGN_OF_LIFE.toMillis());
		backOff.setJitter(50);
		return backOff;
	}

	private void failed(RuntimeException failure) {
		if (this.silent || this.closed) {
			logger.debug("No Sentinel can be listened to", failure);
			return;
		}
		this.silent = true;
		logger.warn(("No Sentinel of '%s' can be listened to (%s): until one can, connections may stay with a former "
				+ "primary for some seconds after a fail-over")
			.formatted(this.sentinels.name(), StoreFailure.reason(failure)));
	}

	private void answered() {
		if (this.silent) {
			this.silent = false;
			logger.info("A Sentinel of '%s' can be listened to again".formatted(this.sentinels.name()));
		}
	}

	private void announce(InetSocketAddress primary) {
		this.announced.set(primary);
		this.waiter.wakeUp();
	}

	private void listen(StatefulRedisPubSubConnection<String, String> connection) {
		Interval signOfLife = new Interval(SIGN_OF_LIFE);
		signOfLife.restartIfDue();
		while (!this.closed && connection.isOpen()) {
			this.waiter.reset();
			if (this.announced.get() != null || this.doubted.getAndSet(false)) {
				follow();
				continue;
			}
			this.waiter.awaitQuietly(Delay.of(SIGN_OF_LIFE));
			if (!this.closed && signOfLife.restartIfDue()) {
				this.sentinels.requireAnswer(connection);
			}
		}
	}

	/**
	 * Closes connections that don't lead to the primary. The driver asks the first
	 * Sentinel that answers, which may learn of a fail-over later than others: before
	 * that, it would connect to the former primary again.
	 */
	private void follow() {
		long end = System.nanoTime() + AGREEMENT_NANOS;
		while (!this.closed) {
			InetSocketAddress announced = this.announced.get();
			InetSocketAddress primary = this.sentinels.lookUp();
			boolean agreed = primary != null && (announced == null || OpenChannels.leadTo(primary, announced));
			if (primary != null && agreed) {
				moveTo(primary, announced);
			}
			if (agreed || System.nanoTime() - end > 0) {
				this.announced.compareAndSet(announced, null);
				return;
			}
			pause();
		}
	}

	private void moveTo(InetSocketAddress primary, @Nullable InetSocketAddress announced) {
		int count = close(primary);
		if (count > 0) {
			logger.info("The primary is %s:%d now: %d connections to the former one are closed and opened anew"
				.formatted(primary.getHostString(), primary.getPort(), count));
		}
		long end = System.nanoTime() + ((count > 0 || announced != null) ? SETTLING_NANOS : 0);
		while (!this.closed && System.nanoTime() - end < 0 && Objects.equals(this.announced.get(), announced)) {
			pause();
			close(primary);
		}
	}

	private int close(InetSocketAddress primary) {
		int count = this.closeSelected.applyAsInt((remote) -> !this.sentinels.isNeeded(remote, primary));
		if (count > 0) {
			this.moved.run();
		}
		return count;
	}

	/**
	 * What wakes this thread meanwhile is looked at afterwards.
	 */
	private void pause() {
		this.waiter.reset();
		this.waiter.awaitQuietly(ThreadLocalRandom.current().nextLong(50, 100));
	}

}
