package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.redis.BlockingReads;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTrackerBuilder.TrackingParts;
import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.KeyedExecutor;
import io.github.kvevents.support.PageSize;

/**
 * The threads of tracking, from a start to the next stop.
 */
final class TrackingRun {

	private static final String THREAD_PREFIX = "kv-expiry-";

	/** How long a thread may take to end. */
	private static final long END_MILLIS = TimeUnit.SECONDS.toMillis(2);

	private final TrackingSettings settings;

	private final Namespace namespace;

	/**
	 * One for all partitions; in Redis Cluster one for each, since a node fails alone.
	 */
	private final List<Sweeper> sweepers = new ArrayList<>();

	private final KeyedExecutor executor;

	private final ExpiredHandler handler;

	private final String instanceId;

	private final String keyPrefix;

	private final List<ExpiredIntake> intakes = new ArrayList<>();

	private final List<InFlight> inFlight = new ArrayList<>();

	private final List<ExpiredReader> readers = new ArrayList<>();

	private final List<ExpiredAcknowledger> acknowledgers = new ArrayList<>();

	private final List<Thread> takingThreads = new ArrayList<>();

	private final List<Thread> acknowledgingThreads = new ArrayList<>();

	TrackingRun(TrackingParts parts, OwnAnnouncement own, OtherReceivers others, TrackingCounters counters) {
		this.settings = parts.settings();
		this.namespace = parts.namespace();
		BooleanSupplier heard = () -> parts.dispatcher().hasReceivers(KvEventType.EXPIRED);
		boolean apart = RedisConnections.of(parts.connectionFactory()).isCluster();
		int partitions = parts.namespace().partitions();
		int share = apart ? 1 : partitions;
		for (int from = 0; from < partitions; from += share) {
			Sweeper sweeper = new Sweeper(parts, from, from + share, () -> heard.getAsBoolean() || others.exist(),
					() -> keepsValues(parts, own, others), counters);
			this.sweepers.add(sweeper);
			this.takingThreads.add(thread("sweeper-" + from, sweeper));
		}
		this.executor = new KeyedExecutor(THREAD_PREFIX + "hooks-", parts.settings().threads());
		this.instanceId = parts.instanceId();
		this.keyPrefix = parts.names().prefix();
		this.handler = new ExpiredHandler(parts, own, counters, this.executor);
		Duration claimAfter = parts.settings().claimAfter();
		for (int number = 0; number < parts.namespace().partitions(); number++) {
			int partition = number;
			InFlight inFlight = new InFlight(parts.settings().maxInFlight(),
					PageSize.readAheadBytes(parts.namespace().partitions()));
			ExpiredStream stream = new ExpiredStream(parts.connectionFactory(), parts.namespace(), partition,
					parts.instanceId(), parts.namespaceCheck());
			ExpiredIntake intake = new ExpiredIntake(stream, parts.names(), inFlight,
					(entry, expiry, done) -> this.handler.handle(partition, entry, expiry, done), counters);
			GroupMember member = new GroupMember(parts.namespace(), partition, parts.instanceId(),
					parts.namespaceCheck());
			Fleet fleet = new Fleet(member, own, heard, claimAfter.toMillis(),
					(announced) -> updateOthers(others, partition, announced));
			HandledExpiries handled = new HandledExpiries(member, inFlight, intake, fleet, counters, claimAfter,
					System::nanoTime);
			ExpiredAcknowledger acknowledger = new ExpiredAcknowledger(RedisConnections.of(parts.connectionFactory()),
					member, inFlight, intake, fleet, handled, claimAfter);
			ExpiredReader reader = new ExpiredReader(RedisLink.forPages(parts.connectionFactory()), stream, inFlight,
					intake, heard, acknowledger::fleetChanged, claimAfter,
					waitTime(parts.connectionFactory(), claimAfter));
			this.intakes.add(intake);
			this.inFlight.add(inFlight);
			this.readers.add(reader);
			this.acknowledgers.add(acknowledger);
			this.takingThreads.add(thread("reader-" + partition, reader));
			this.acknowledgingThreads.add(thread("acknowledger-" + partition, acknowledger));
		}
	}

	/**
	 * Whether a value may be kept.
	 */
	private static boolean keepsValues(TrackingParts parts, OwnAnnouncement own, OtherReceivers others) {
		return parts.choosesValues() ? !own.get().keysOfValues(parts.names().prefix()).isEmpty() || others.takeValues()
				: parts.settings().lastValue() != LastValueMode.NEVER;
	}

	/**
	 * How long to block in Redis for expiries: shorter than the command timeout, and
	 * short enough that idle expiries are claimed in time.
	 */
	private static Duration waitTime(RedisConnectionFactory connectionFactory, Duration claimAfter) {
		return BlockingReads.waitTime(connectionFactory, claimAfter.dividedBy(4));
	}

	void start() {
		this.acknowledgingThreads.forEach(Thread::start);
		this.takingThreads.forEach(Thread::start);
	}

	void deadlineIn(int partition, long millis) {
		sweeper(partition).deadlineIn(partition, millis);
	}

	void deadlineAt(int partition, long epochMillis) {
		sweeper(partition).deadlineAt(partition, epochMillis);
	}

	private Sweeper sweeper(int partition) {
		return this.sweepers.get((this.sweepers.size() == 1) ? 0 : partition);
	}

	/**
	 * Whether this instance takes expiries of all partitions.
	 */
	boolean isTaking() {
		for (ExpiredAcknowledger acknowledger : this.acknowledgers) {
			if (!acknowledger.isAnnounced()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Delivers an expiry that a write of this instance detected and the server assigned
	 * to this instance.
	 */
	void lifetimeEnded(int partition, String key, EndedLifetime ended) {
		int size = key.length() + ((ended.value() != null) ? ended.value().length : 0);
		TakenExpiry expiry = new TakenExpiry(ended.id(), this.keyPrefix + key, size, null);
		this.intakes.get(partition)
			.take(expiry, (done) -> this.handler.handleAhead(key, this.instanceId, ended, expiry, done));
	}

	/**
	 * An instance announces the same in all partitions.
	 */
	private static void updateOthers(OtherReceivers others, int partition, Collection<Announcement> announced) {
		if (partition == 0) {
			others.update(announced);
		}
	}

	/**
	 * Has what other instances announce read soon.
	 */
	void lookForOthers() {
		this.acknowledgers.get(0).fleetChanged();
	}

	/**
	 * Called when a receiver was added or removed.
	 */
	void receiversChanged() {
		this.acknowledgers.forEach(ExpiredAcknowledger::wake);
	}

	/**
	 * Takes no more expiries, waits for those in flight up to the stop timeout,
	 * acknowledges them, and ends the threads. A hook that stops the application, and so
	 * calls this, is neither waited for nor interrupted.
	 */
	void stop() {
		this.sweepers.forEach(Sweeper::stop);
		this.readers.forEach(ExpiredReader::stop);
		this.acknowledgers.forEach(ExpiredAcknowledger::leave);
		CallChain.replaceCaller();
		this.executor.replaceCaller();
		try {
			awaitEnd(this.takingThreads);
			long end = Delay.of(this.settings.stopTimeout()).after(System.nanoTime());
			for (int number = 0; number < this.inFlight.size(); number++) {
				int partition = number;
				this.inFlight.get(number)
					.awaitEmpty(Duration.ofNanos(end - System.nanoTime()), () -> countOwn(partition));
			}
			this.acknowledgers.forEach(ExpiredAcknowledger::stop);
			awaitEnd(this.acknowledgingThreads);
		}
		catch (InterruptedException ex) {
			this.acknowledgers.forEach(ExpiredAcknowledger::stop);
			Thread.currentThread().interrupt();
		}
		// only now: an expiry whose hook is interrupted must not be acknowledged
		this.executor.close();
	}

	/**
	 * How many expiries can't finish before the hook that stops the application returns:
	 * its own and those of the same key. They are redelivered to other instances.
	 */
	private int countOwn(int partition) {
		return CallChain.works(KvEvent.class)
			.stream()
			.map(KvEvent::getKey)
			.distinct()
			.filter((key) -> this.namespace.partitionOf(key) == partition)
			.mapToInt(this.handler::countPending)
			.sum();
	}

	private static void awaitEnd(List<Thread> threads) {
		CallChain.awaitEnd(threads, END_MILLIS, END_MILLIS);
	}

	private static Thread thread(String name, Runnable loop) {
		return DaemonThreads.single(loop, THREAD_PREFIX + name);
	}

}
