package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.redis.expiry.ExpiryTrackerBuilder.TrackingParts;
import io.github.kvevents.redis.expiry.SweepSchedule.ServerClock;
import io.github.kvevents.redis.expiry.SweepSchedule.SweepReply;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * The thread that finds keys whose deadline has passed. In the fleet the owner of the
 * lease sweeps; the others wait for the end of the lease. The lease only saves work: a
 * sweep is atomic, so concurrent sweeps are harmless.
 */
final class Sweeper implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final RedisScript SWEEP = RedisScript.load(Sweeper.class, "sweep.lua");

	private static final RedisScript RELEASE = RedisScript.load(RedisKvStore.class, "compare-and-delete.lua");

	private static final byte[] YES = bytes("1");

	private static final byte[] NO = bytes("");

	/** The index of the lease among the keys of the script. */
	private static final int LEASE = 4;

	/** How often to check for receivers while there are none. */
	private static final Delay IDLE = Delay.ofMillis(200);

	/** The margin of the lease beyond the time between two sweeps. */
	private static final Delay LEASE_RESERVE = Delay.ofMillis(500);

	private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

	/**
	 * How long expired keys are remembered: a keyspace notification may arrive that late.
	 */
	private static final Duration MEMORY = Duration.ofSeconds(30);

	private final RedisConnections connections;

	private final BooleanSupplier heard;

	private final BooleanSupplier keepsValues;

	/** Whether to sweep even if this instance has no receivers. */
	private final boolean always;

	/** Whether hooks of other instances may receive the expiries. */
	private final boolean all;

	private final TrackingCounters counters;

	private final Delay interval;

	private final int batchSize;

	private final int first;

	private final List<SweptPartition> partitions;

	private final List<byte[]> arguments;

	private final ServerClock serverClock = new ServerClock(System::currentTimeMillis);

	private final byte[] instanceId;

	private final NamespaceCheck namespaceCheck;

	private final Interval checkInterval = new Interval(CHECK_INTERVAL);

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Looking for expired keys");

	private final Waiter waiter = new Waiter();

	private volatile boolean stopped;

	/**
	 * Creates a sweeper.
	 * @param from the first partition to sweep
	 * @param to the partition after the last one
	 * @param heard whether hooks receive expiries
	 * @param keepsValues whether something takes last values
	 */
	Sweeper(TrackingParts parts, int from, int to, BooleanSupplier heard, BooleanSupplier keepsValues,
			TrackingCounters counters) {
		TrackingSettings settings = parts.settings();
		Namespace namespace = parts.namespace();
		this.connections = RedisConnections.of(parts.connectionFactory());
		this.heard = heard;
		this.keepsValues = keepsValues;
		this.all = settings.mode() == TrackingMode.ALL;
		this.always = this.all || parts.log() != null;
		this.counters = counters;
		this.interval = Delay.of(settings.sweepInterval());
		this.batchSize = settings.batchSize();
		this.instanceId = parts.instanceId().getBytes(StandardCharsets.UTF_8);
		this.namespaceCheck = parts.namespaceCheck();
		this.first = from;
		this.partitions = IntStream.range(from, to)
			.mapToObj((partition) -> Stream
				.of(namespace.deadlines(partition), namespace.values(partition), namespace.expired(partition),
						namespace.recent(partition), namespace.sweeper(partition), namespace.log(partition))
				.map(Sweeper::bytes)
				.toList())
			.map((keys) -> new SweptPartition(keys, new SweepSchedule(System::nanoTime)))
			.toList();
		this.arguments = Stream
			.of(parts.instanceId(), this.interval.plus(this.interval).plus(LEASE_RESERVE).toMillis(), this.batchSize,
					settings.maxLength(), MEMORY.toMillis(), (parts.log() != null) ? parts.log().maxLength() : "")
			.map(Sweeper::bytes)
			.toList();
	}

	private static byte[] bytes(Object text) {
		return text.toString().getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Wakes the thread at a deadline that the lease owner may detect too late, since it
	 * sweeps once per interval.
	 */
	void deadlineIn(int partition, long millis) {
		if (millis <= this.interval.toMillis()) {
			this.partitions.get(partition - this.first).schedule().deadlineIn(millis);
			this.waiter.wakeIn(Math.max(0, millis) + 1);
		}
	}

	/**
	 * As {@link #deadlineIn}, with a time of the server clock.
	 */
	void deadlineAt(int partition, long epochMillis) {
		deadlineIn(partition, this.serverClock.millisUntil(epochMillis));
	}

	void stop() {
		this.stopped = true;
		this.waiter.wakeUp();
	}

	@Override
	public void run() {
		boolean swept = false;
		while (!this.stopped) {
			try {
				this.waiter.reset();
				Delay pause = IDLE;
				if (this.always || this.heard.getAsBoolean()) {
					pause = sweepDue();
					swept = true;
				}
				else {
					this.partitions.forEach((partition) -> partition.schedule().rest());
					if (swept) {
						release();
						swept = false;
					}
				}
				this.health.succeeded();
				sleep(pause);
			}
			catch (Throwable ex) {
				sleep(Delay.ofMillis(this.health.failed(ex)));
			}
		}
		if (swept) {
			release();
		}
	}

	/**
	 * Sweeps the partitions that are due.
	 * @return how long to wait
	 */
	private Delay sweepDue() {
		if (this.partitions.stream().anyMatch((partition) -> partition.schedule().due().isDue())) {
			this.connections.run(this::sweepDue);
		}
		return this.partitions.stream()
			.map((partition) -> partition.schedule().untilNext())
			.reduce(Delay.NEVER, Delay::min);
	}

	private void sweepDue(RedisConnection connection) {
		if (this.first == 0 && this.checkInterval.restartIfDue()) {
			this.namespaceCheck.checkAgain(connection);
		}
		for (SweptPartition partition : this.partitions) {
			SweepSchedule.Due due = partition.schedule().due();
			if (due.isDue()) {
				SweepReply reply = sweep(connection, partition, due.deadline());
				partition.schedule().done(due, reply.next(this.interval));
			}
		}
	}

	private SweepReply sweep(RedisConnection connection, SweptPartition partition, boolean always) {
		SweepReply reply;
		List<byte[]> arguments = new ArrayList<>(this.arguments);
		arguments.add((this.all || this.heard.getAsBoolean()) ? YES : NO);
		arguments.add(always ? YES : NO);
		arguments.add(this.connections.isCluster() ? YES : NO);
		arguments.add(this.keepsValues.getAsBoolean() ? YES : NO);
		List<byte[]> keys = partition.keys();
		do {
			reply = SweepReply.of(SWEEP.list(connection, keys, arguments));
			keys = Stream.concat(partition.keys().stream(), reply.undeclared().stream()).toList();
			this.serverClock.observe(reply.now());
			if (reply.givenUp() > 0) {
				this.counters.givenUp(reply.givenUp());
				logger.warn("Gave up " + reply.givenUp() + " expiries that no hook had received: more than "
						+ "'kv.events.expiry.tracking.max-length' wait. Hooks are too slow, or too few.");
			}
		}
		while ((reply.lookedAt() >= this.batchSize || !reply.undeclared().isEmpty()) && !this.stopped);
		return reply;
	}

	/**
	 * Releases the lease, so that another instance sweeps at once.
	 */
	private void release() {
		try {
			this.connections.run((connection) -> this.partitions.forEach((partition) -> RELEASE.test(connection,
					List.of(partition.keys().get(LEASE)), List.of(this.instanceId))));
		}
		catch (RuntimeException ex) {
			logger.debug("The lease of the sweeper could not be released; it ends by itself", ex);
		}
	}

	private void sleep(Delay delay) {
		if (!this.stopped) {
			this.waiter.awaitQuietly(delay);
		}
	}

	/**
	 * A partition.
	 *
	 * @param keys the keys of the script
	 */
	private record SweptPartition(List<byte[]> keys, SweepSchedule schedule) {
	}

}
