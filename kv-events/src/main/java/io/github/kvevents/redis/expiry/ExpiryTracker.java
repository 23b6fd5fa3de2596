package io.github.kvevents.redis.expiry;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.store.EndedLifetime;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.Namespace;

/**
 * Expiries that can be relied on: finds keys whose deadline has passed and tells hooks of
 * them, with {@link KvExpirySource#TRACKING}. A
 * {@link io.github.kvevents.store.redis.RedisKvStore} that was given this object keeps
 * the deadlines.
 * <p>
 * Each expiry comes to one instance of those that share the namespace, at least once,
 * never before its deadline, also when Redis or the instances were down meanwhile. It
 * comes again when the instance that took it ends before its hooks were done.
 * <p>
 * An instance in which nobody would hear of an expiry has no connection for it and takes
 * none away from the others; that is looked at five times a second, so a hook may be
 * registered at any time. With a change log expiries are found all the same, since they
 * belong there. Synchronous hooks run on threads of this object.
 */
public final class ExpiryTracker implements ExpiryTracking, ExpiryMonitor, SmartLifecycle {

	/**
	 * Stops before the hooks do, which have still to finish what it gave them.
	 */
	public static final int PHASE = 2048;

	private final TrackingParts parts;

	private final TrackingCounters counters = new TrackingCounters();

	private final TrackingStatusReader statusReader;

	private final OwnAnnouncement own;

	private volatile @Nullable TrackingRun run;

	ExpiryTracker(TrackingParts parts) {
		this.parts = parts;
		this.own = new OwnAnnouncement(parts.dispatcher(), parts.names().prefix());
		parts.dispatcher().setReceiversListener(this::receiversChanged);
		this.statusReader = new TrackingStatusReader(parts.connectionFactory(), parts.namespace());
	}

	/**
	 * Starts a tracker. Nothing connects before it is started.
	 * @param connectionFactory where connections come from; each partition takes one that
	 * it blocks
	 * @param namespace what the instances that share the work have in common
	 * @param dispatcher is told of the expiries
	 * @param codec decodes the last values
	 * @return a builder with the default of each other part
	 */
	public static ExpiryTrackerBuilder builder(RedisConnectionFactory connectionFactory, Namespace namespace,
			KvEventDispatcher dispatcher, KvCodec codec) {
		return new ExpiryTrackerBuilder(connectionFactory, namespace, dispatcher, codec);
	}

	@Override
	public Namespace namespace() {
		return this.parts.namespace();
	}

	@Override
	public String instanceId() {
		return this.parts.instanceId();
	}

	@Override
	public boolean isActive() {
		return isHeard() || (this.parts.log() != null && this.parts.settings().mode() != TrackingMode.OFF);
	}

	@Override
	public boolean isHeard() {
		return switch (this.parts.settings().mode()) {
			case AUTO -> this.parts.dispatcher().isHeard(KvEventType.EXPIRED);
			case ALL -> true;
			case OFF -> false;
		};
	}

	@Override
	public boolean deliversEnded() {
		TrackingRun run = this.run;
		return run != null && run.isTaking();
	}

	@Override
	public void lifetimeEnded(int partition, String key, EndedLifetime ended) {
		TrackingRun run = this.run;
		// stopped meanwhile: another instance takes it
		if (run != null) {
			run.lifetimeEnded(partition, key, ended);
		}
	}

	@Override
	public void deadlineSet(int partition, long timeToLiveMillis) {
		TrackingRun run = this.run;
		if (run != null) {
			run.deadlineIn(partition, timeToLiveMillis);
		}
	}

	@Override
	public void deadlineSetAt(int partition, long epochMillis) {
		TrackingRun run = this.run;
		if (run != null) {
			run.deadlineAt(partition, epochMillis);
		}
	}

	private void receiversChanged() {
		this.own.changed();
		TrackingRun run = this.run;
		if (run != null) {
			run.receiversChanged();
		}
	}

	@Override
	public synchronized void start() {
		if (this.run == null && this.parts.settings().mode() != TrackingMode.OFF) {
			this.own.changed();
			TrackingRun run = new TrackingRun(this.parts, this.own, this.counters);
			run.start();
			this.run = run;
		}
	}

	/**
	 * Takes no more expiries, waits at most {@link TrackingSettings#stopTimeout()} for
	 * hooks that were told of some, and leaves the rest to other instances. May be
	 * started again.
	 */
	@Override
	public synchronized void stop() {
		TrackingRun run = this.run;
		if (run != null) {
			run.stop();
			this.run = null;
		}
	}

	@Override
	public TrackingActivity getActivity() {
		TrackingActivity.State state = TrackingActivity.State.OFF;
		if (isRunning()) {
			state = isActive() ? TrackingActivity.State.TRACKING : TrackingActivity.State.IDLE;
		}
		return new TrackingActivity(this.parts.settings().mode(), state, this.counters.getDelivered(),
				this.counters.getRedelivered(), this.counters.getGivenUp(), this.counters.getUnreceived());
	}

	@Override
	public TrackingStatus getStatus() {
		return this.statusReader.read();
	}

	@Override
	public boolean isRunning() {
		return this.run != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
