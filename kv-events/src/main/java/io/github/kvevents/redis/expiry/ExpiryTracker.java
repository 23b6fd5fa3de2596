package io.github.kvevents.redis.expiry;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.redis.expiry.ExpiryTrackerBuilder.TrackingParts;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.Namespace;

/**
 * Reliable expiry events: finds keys whose deadline has passed and delivers their expiry
 * to hooks, with {@link KvExpirySource#TRACKING}. A
 * {@link io.github.kvevents.redis.RedisKvStore} that was given this object maintains the
 * deadlines.
 * <p>
 * Each expiry is delivered to one instance of those that share the namespace, at least
 * once, never before its deadline, even if Redis or the instances were down in between.
 * It is redelivered if the instance that took it stops before its hooks are done.
 * <p>
 * An instance without receivers has no connection for expiries and takes none; it checks
 * for receivers five times a second, so a hook may be registered at any time. With a
 * change log expiries are detected anyway, since the log records them. Synchronous hooks
 * run on threads of this object.
 */
public final class ExpiryTracker implements ExpiryTracking, ExpiryMonitor, SmartLifecycle {

	/**
	 * Stops before the hooks do, which still have to finish expiries in flight.
	 */
	public static final int PHASE = 2048;

	private final TrackingParts parts;

	private final TrackingCounters counters = new TrackingCounters();

	private final TrackingStatusReader statusReader;

	private final OwnAnnouncement own;

	private final OtherReceivers others;

	private volatile @Nullable TrackingRun run;

	ExpiryTracker(TrackingParts parts) {
		this.parts = parts;
		this.own = new OwnAnnouncement(parts.dispatcher(), parts.names().prefix());
		this.others = new OtherReceivers(parts.names().prefix());
		parts.dispatcher().setReceiversListener(this::receiversChanged);
		this.statusReader = new TrackingStatusReader(parts.connectionFactory(), parts.namespace());
	}

	/**
	 * Starts a tracker. Nothing connects before it is started.
	 * @param connectionFactory where connections come from; each partition occupies one
	 * @param namespace the namespace of the instances that share the work
	 * @param dispatcher receives the expiries
	 * @param codec decodes the last values
	 * @return a builder with defaults for everything else
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
			case AUTO -> this.parts.dispatcher().hasReceivers(KvEventType.EXPIRED) || this.others.exist();
			case ALL -> true;
			case OFF -> false;
		};
	}

	@Override
	public boolean covers(String key, boolean expires) {
		if (this.parts.settings().mode() != TrackingMode.AUTO || this.parts.log() != null) {
			return isActive();
		}
		if (this.parts.dispatcher().mayReceive(KvEventType.EXPIRED, key) || this.others.maySelect(key)) {
			return true;
		}
		if (expires) {
			lookForOthers();
		}
		return false;
	}

	@Override
	public boolean keepsValue(String key) {
		if (!this.parts.choosesValues()) {
			return this.parts.settings().lastValue() != LastValueMode.NEVER;
		}
		if (this.parts.dispatcher().mayTakeValue(KvEventType.EXPIRED, key) || this.others.mayTakeValue(key)) {
			return true;
		}
		lookForOthers();
		return false;
	}

	/**
	 * Others may have a receiver that this instance doesn't know yet.
	 */
	private void lookForOthers() {
		TrackingRun run = this.run;
		if (run != null && this.others.isLookDue()) {
			run.lookForOthers();
		}
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
			TrackingRun run = new TrackingRun(this.parts, this.own, this.others, this.counters);
			run.start();
			this.run = run;
		}
	}

	/**
	 * Takes no more expiries, waits at most {@link TrackingSettings#stopTimeout()} for
	 * hooks in flight, and leaves the rest to other instances. May be started again.
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
	public LastValueMode lastValue() {
		return this.parts.settings().lastValue();
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
