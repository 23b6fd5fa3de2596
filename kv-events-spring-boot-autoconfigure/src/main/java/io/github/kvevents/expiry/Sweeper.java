package io.github.kvevents.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.NamespaceCheck;
import io.github.kvevents.store.redis.RedisKvStore;
import io.github.kvevents.store.redis.RedisScript;
import io.github.kvevents.support.Alarm;
import io.github.kvevents.support.LoopHealth;

/**
 * The thread that finds keys whose deadline has passed. In the fleet the holder of the
 * lease does; the others wait for it to end. The lease only saves work: a sweep is
 * atomic, and several at once do no harm.
 */
final class Sweeper implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final RedisScript SWEEP = RedisScript.load(Sweeper.class, "sweep.lua");

	private static final RedisScript RELEASE = RedisScript.load(RedisKvStore.class, "compare-and-delete.lua");

	/** Where the name of the lease is among the keys of the script. */
	private static final int LEASE = 4;

	/** How often to look whether there is anything to do at all. */
	private static final long IDLE_MILLIS = 200;

	private static final Duration MIN_LEASE = Duration.ofMillis(500);

	private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

	/**
	 * For how long keys that expired are remembered: a notification of the server may
	 * come that late.
	 */
	private static final Duration MEMORY = Duration.ofSeconds(30);

	private final RedisConnectionFactory connectionFactory;

	private final BooleanSupplier heard;

	/** Whether to sweep although no hook of this instance hears of it. */
	private final boolean always;

	/** Whether hooks of other instances may hear of it. */
	private final boolean all;

	private final TrackingCounters counters;

	private final long intervalMillis;

	private final int batchSize;

	private final List<List<byte[]>> keys;

	private final List<byte[]> heardArguments;

	private final List<byte[]> unheardArguments;

	private final byte[] instanceId;

	private final NamespaceCheck namespaceCheck;

	private final Pause checkPause = new Pause(CHECK_INTERVAL);

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Looking for expired keys");

	private final Alarm alarm = new Alarm();

	private volatile boolean stopped;

	Sweeper(ExpiryTrackerBuilder parts, BooleanSupplier heard, TrackingCounters counters) {
		TrackingSettings settings = parts.settings;
		Namespace namespace = parts.namespace;
		this.connectionFactory = parts.connectionFactory;
		this.heard = heard;
		this.all = settings.mode() == TrackingMode.ALL;
		this.always = this.all || parts.log != null;
		this.counters = counters;
		this.intervalMillis = settings.sweepInterval().toMillis();
		this.batchSize = settings.batchSize();
		this.instanceId = parts.instanceId.getBytes(StandardCharsets.UTF_8);
		this.namespaceCheck = new NamespaceCheck(namespace);
		this.keys = IntStream.range(0, namespace.partitions())
			.mapToObj((partition) -> Stream
				.of(namespace.deadlines(partition), namespace.values(partition), namespace.expired(partition),
						namespace.recent(partition), namespace.sweeper(partition), namespace.log(partition))
				.map((name) -> name.getBytes(StandardCharsets.UTF_8))
				.toList())
			.toList();
		long lease = Math.max(MIN_LEASE.toMillis(), 10 * this.intervalMillis);
		List<Object> arguments = List.of(parts.instanceId, lease, this.batchSize, settings.maxLength(),
				MEMORY.toMillis(), (parts.log != null) ? parts.log.maxLength() : "");
		this.heardArguments = bytes(arguments, "1");
		this.unheardArguments = bytes(arguments, "");
	}

	private static List<byte[]> bytes(List<Object> arguments, String last) {
		return Stream.concat(arguments.stream(), Stream.of(last))
			.map((argument) -> argument.toString().getBytes(StandardCharsets.UTF_8))
			.toList();
	}

	/**
	 * Has the thread awake when a deadline comes that it may not know of yet.
	 */
	void deadlineIn(long millis) {
		if (millis < this.intervalMillis) {
			// a key lives to the end of the millisecond of its deadline
			this.alarm.ringIn(Math.max(0, millis) + 1);
		}
	}

	void stop() {
		this.stopped = true;
		this.alarm.ringIn(0);
	}

	@Override
	public void run() {
		boolean swept = false;
		while (!this.stopped) {
			try {
				this.alarm.reset();
				long pause = IDLE_MILLIS;
				if (this.always || this.heard.getAsBoolean()) {
					pause = sweep();
					swept = true;
				}
				else if (swept) {
					release();
					swept = false;
				}
				this.health.succeeded();
				sleep(pause);
			}
			catch (Throwable ex) {
				sleep(this.health.failed(ex));
			}
		}
		if (swept) {
			release();
		}
	}

	/**
	 * Sweeps all partitions.
	 * @return how long to pause, in milliseconds
	 */
	private long sweep() {
		RedisConnection connection = this.connectionFactory.getConnection();
		try {
			if (this.checkPause.isOver()) {
				this.namespaceCheck.checkAgain(connection);
			}
			long pause = this.intervalMillis;
			boolean holder = false;
			long longest = 0;
			for (List<byte[]> partition : this.keys) {
				SweepReply reply = sweep(connection, partition);
				holder |= reply.holder();
				longest = Math.max(longest, reply.waitMillis());
				if (reply.holder() && reply.waitMillis() >= 0) {
					pause = Math.min(pause, reply.waitMillis());
				}
			}
			return holder ? pause : Math.max(this.intervalMillis, longest);
		}
		finally {
			connection.close();
		}
	}

	private SweepReply sweep(RedisConnection connection, List<byte[]> partition) {
		SweepReply reply;
		boolean told = this.all || this.heard.getAsBoolean();
		do {
			reply = SweepReply
				.of(SWEEP.list(connection, partition, told ? this.heardArguments : this.unheardArguments));
			if (reply.givenUp() > 0) {
				this.counters.givenUp(reply.givenUp());
				logger.warn("Gave up " + reply.givenUp() + " expiries that no hook had heard of: more than "
						+ "'kv.events.expiry.tracking.max-length' wait. Hooks are too slow, or too few.");
			}
		}
		while (reply.lookedAt() >= this.batchSize && !this.stopped);
		return reply;
	}

	/**
	 * Lets another instance sweep at once instead of after the lease.
	 */
	private void release() {
		try {
			RedisConnection connection = this.connectionFactory.getConnection();
			try {
				for (List<byte[]> partition : this.keys) {
					RELEASE.test(connection, List.of(partition.get(LEASE)), List.of(this.instanceId));
				}
			}
			finally {
				connection.close();
			}
		}
		catch (RuntimeException ex) {
			logger.debug("The lease of the sweeper could not be given back, it ends by itself", ex);
		}
	}

	private void sleep(long millis) {
		if (!this.stopped) {
			this.alarm.doze(millis);
		}
	}

	/**
	 * What {@code sweep.lua} replies.
	 */
	private record SweepReply(boolean holder, long lookedAt, long waitMillis, long givenUp) {

		static SweepReply of(List<?> reply) {
			return new SweepReply(number(reply, 0) == 1, number(reply, 1), number(reply, 2), number(reply, 4));
		}

		private static long number(List<?> reply, int index) {
			return (Long) reply.get(index);
		}

	}

}
