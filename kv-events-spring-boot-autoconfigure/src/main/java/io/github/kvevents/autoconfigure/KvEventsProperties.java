package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import io.github.kvevents.doctor.CanaryCheck;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.HookSettings;
import io.github.kvevents.hook.KvOverflow;
import io.github.kvevents.listener.ListenerSettings;
import io.github.kvevents.redis.expiry.TrackingSettings;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * The properties of kv-events.
 *
 * @param enabled Whether kv-events is switched on.
 * @param store Back end that keeps the keys.
 * @param namespace Name that applications which share their keys have in common, part of
 * the names of what kv-events keeps for itself. By default the application's name.
 * @param partitions Partitions that the keys of the namespace are spread over. The same
 * for all applications that share it. In Redis Cluster 16 by default.
 * @param keyPrefix Text in front of each key in Redis. Events, filters and 'keys' use the
 * name without it.
 * @param instanceId Id of this instance, the origin of its events. Must differ between
 * instances that run at the same time. By default a random one on each start.
 * @param limits What operations accept.
 * @param hooks Hooks.
 * @param expiry Expiry events.
 * @param log Change log.
 * @param listener Durable listeners.
 * @param headers What changes carry besides their values.
 * @param doctor Checks for operators.
 */
@ConfigurationProperties("kv.events")
record KvEventsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("redis") StoreType store,
		@DefaultValue("") String namespace, @DefaultValue("1") int partitions, @DefaultValue("") String keyPrefix,
		String instanceId, @DefaultValue Limits limits, @DefaultValue Hooks hooks, @DefaultValue Expiry expiry,
		@DefaultValue Log log, @DefaultValue Listener listener, @DefaultValue Headers headers,
		@DefaultValue Doctor doctor) implements InitializingBean {

	KvEventsProperties {
		// blank is what a placeholder or an environment variable without a value leaves
		namespace = StringUtils.hasText(namespace) ? namespace : "";
		keyPrefix = StringUtils.hasText(keyPrefix) ? keyPrefix : "";
		instanceId = StringUtils.hasText(instanceId) ? instanceId : UUID.randomUUID().toString();
	}

	/**
	 * Checks what binding does not: here and not in the constructors, since Boot reports
	 * a failed constructor without the origin of the property.
	 */
	@Override
	public void afterPropertiesSet() {
		PropertyCheck.atLeast("kv.events.partitions", this.partitions, 1);
		PropertyCheck.atMost("kv.events.partitions", this.partitions, Namespace.MAX_PARTITIONS);
		this.limits.check();
		this.hooks.check();
		this.expiry.check();
		this.log.check();
		this.listener.check();
		this.doctor.check();
	}

	/**
	 * What operations accept.
	 *
	 * @param maxKeyLength Bytes of UTF-8 that a key may have, without the key prefix. An
	 * operation with a longer one is refused before anything is sent.
	 * @param maxValueSize Bytes that a value may have in Redis. A write of a larger one
	 * is refused before anything is sent.
	 */
	record Limits(@DefaultValue("512MB") DataSize maxKeyLength, @DefaultValue("512MB") DataSize maxValueSize) {

		private void check() {
			PropertyCheck.positive("kv.events.limits.max-key-length", this.maxKeyLength);
			PropertyCheck.positive("kv.events.limits.max-value-size", this.maxValueSize);
		}

	}

	/**
	 * Hooks.
	 *
	 * @param async Asynchronous hooks.
	 * @param timeout Synchronous hooks with a timeout.
	 * @param errorsKept Errors that each hook keeps until they are taken. The oldest is
	 * removed first.
	 * @param shutdownTimeout Time that events which wait for asynchronous hooks get when
	 * the application stops.
	 */
	record Hooks(@DefaultValue Async async, @DefaultValue Timeout timeout, @DefaultValue("100") int errorsKept,
			@DefaultValue("20s") Duration shutdownTimeout) {

		private void check() {
			PropertyCheck.atLeast("kv.events.hooks.async.queue-capacity", this.async.queueCapacity, 1);
			PropertyCheck.atLeast("kv.events.hooks.async.concurrency", this.async.concurrency, 1);
			PropertyCheck.atLeast("kv.events.hooks.async.max-threads", this.async.maxThreads, 1);
			PropertyCheck.atLeast("kv.events.hooks.timeout.max-threads", this.timeout.maxThreads, 1);
			PropertyCheck.atLeast("kv.events.hooks.errors-kept", this.errorsKept, 1);
			PropertyCheck.atLeast("kv.events.hooks.shutdown-timeout", this.shutdownTimeout, Duration.ZERO);
		}

		HookSettings toSettings() {
			return new HookSettings(this.async.overflow, this.async.queueCapacity, this.async.concurrency,
					this.async.maxThreads, this.timeout.maxThreads, this.errorsKept, this.shutdownTimeout);
		}

	}

	/**
	 * Asynchronous hooks.
	 *
	 * @param overflow What happens when the queue of an asynchronous hook is full.
	 * @param queueCapacity Events that may wait for each asynchronous hook.
	 * @param concurrency Threads that one asynchronous hook may use at a time.
	 * @param maxThreads Threads that all asynchronous hooks may use at a time.
	 */
	record Async(@DefaultValue("block") KvOverflow overflow, @DefaultValue("10000") int queueCapacity,
			@DefaultValue("4") int concurrency, @DefaultValue("64") int maxThreads) {

	}

	/**
	 * Synchronous hooks with a timeout.
	 *
	 * @param maxThreads Hooks with a timeout that may run at a time.
	 */
	record Timeout(@DefaultValue("32") int maxThreads) {

	}

	/**
	 * Expiry events.
	 *
	 * @param threads Threads that call the hooks of expired keys.
	 * @param queueCapacity Expiries that may wait for these threads. When it is full,
	 * notifications of Redis are dropped and counted, and the in-memory back end waits.
	 * @param sweepInterval Longest time between two sweeps for tracked keys that expired.
	 * A sweep for a deadline that is known runs exactly then.
	 * @param claimAfter Time that an instance may be silent before another takes over the
	 * expiries that it was delivering to its hooks.
	 * @param tracking Keys that get a time to live through the template.
	 * @param notifications Redis' own notifications of expired keys.
	 */
	record Expiry(@DefaultValue("4") int threads, @DefaultValue("10000") int queueCapacity,
			@DefaultValue("1s") Duration sweepInterval, @DefaultValue("30s") Duration claimAfter,
			@DefaultValue Tracking tracking, @DefaultValue Notifications notifications) {

		private void check() {
			PropertyCheck.atLeast("kv.events.expiry.threads", this.threads, 1);
			PropertyCheck.atLeast("kv.events.expiry.queue-capacity", this.queueCapacity, 1);
			PropertyCheck.atLeast("kv.events.expiry.sweep-interval", this.sweepInterval, Duration.ofMillis(1));
			PropertyCheck.atLeast("kv.events.expiry.claim-after", this.claimAfter, Duration.ofMillis(100));
			PropertyCheck.atLeast("kv.events.expiry.tracking.batch-size", this.tracking.batchSize, 1);
			PropertyCheck.atMost("kv.events.expiry.tracking.batch-size", this.tracking.batchSize,
					TrackingSettings.MAX_BATCH_SIZE);
			PropertyCheck.atLeast("kv.events.expiry.tracking.max-in-flight", this.tracking.maxInFlight, 1);
			PropertyCheck.atLeast("kv.events.expiry.tracking.max-length", this.tracking.maxLength, 1);
			PropertyCheck.atLeast("kv.events.expiry.notifications.check-interval", this.notifications.checkInterval,
					Duration.ofMillis(1));
		}

		TrackingSettings toTrackingSettings(Duration shutdownTimeout) {
			return TrackingSettings.defaults()
				.mode(this.tracking.mode)
				.lastValue(this.tracking.lastValue)
				.sweep(this.sweepInterval, this.tracking.batchSize)
				.claimAfter(this.claimAfter)
				.delivery(this.tracking.maxInFlight, this.threads)
				.maxLength(this.tracking.maxLength)
				.stopTimeout(shutdownTimeout);
		}

		NotificationSettings toSettings(int database) {
			return NotificationSettings.defaults()
				.mode(this.notifications.mode)
				.database(database)
				.checkInterval(this.notifications.checkInterval)
				.dispatch(this.threads, this.queueCapacity);
		}

	}

	/**
	 * Change log.
	 *
	 * @param enabled Whether each change is written to the change log, together with the
	 * key.
	 * @param maxLength Approximate number of changes that each partition of the log
	 * keeps. Beyond that the oldest are removed, read or not.
	 * @param maxAge Time that changes are kept. What a listener that is alive has not
	 * read is kept longer, up to the maximum length.
	 */
	record Log(@DefaultValue("false") boolean enabled, @DefaultValue("100000") long maxLength,
			@DefaultValue("24h") Duration maxAge) {

		private void check() {
			PropertyCheck.atLeast("kv.events.log.max-length", this.maxLength, 1);
			PropertyCheck.atLeast("kv.events.log.max-age", this.maxAge, Duration.ofMillis(1));
		}

		/**
		 * What the store needs.
		 * @return the settings, {@code null} without a log
		 */
		@Nullable ChangeLogSettings toSettings(Namespace namespace, String instanceId) {
			return this.enabled ? new ChangeLogSettings(namespace, instanceId, this.maxLength, this.maxAge) : null;
		}

	}

	/**
	 * Durable listeners.
	 *
	 * @param lease Time that an instance may be silent before others take over the
	 * partitions of its listeners.
	 */
	record Listener(@DefaultValue("10s") Duration lease) {

		private void check() {
			PropertyCheck.atLeast("kv.events.listener.lease", this.lease, Duration.ofMillis(100));
		}

		ListenerSettings toSettings(Duration shutdownTimeout) {
			return new ListenerSettings(this.lease, shutdownTimeout);
		}

	}

	/**
	 * What changes carry besides their values.
	 *
	 * @param trace Whether changes carry the context of the trace that they are part of,
	 * so that hooks and listeners in other instances continue it.
	 * @param baggage Names of the fields of baggage that changes carry with the trace.
	 * @param principal Whether changes carry the name of the security principal of the
	 * writer, as Spring Security knows it.
	 * @param receiveTrace Whether the span of a hook or listener that is called elsewhere
	 * or later continues the trace of the change, or begins one with a link to it.
	 */
	record Headers(@DefaultValue("true") boolean trace, @DefaultValue List<String> baggage,
			@DefaultValue("false") boolean principal, @DefaultValue("continue") ReceiveTrace receiveTrace) {

		Headers {
			baggage = baggage.stream().filter(StringUtils::hasText).toList();
		}

		/**
		 * What becomes of the trace of a change where an event is handled.
		 */
		enum ReceiveTrace {

			CONTINUE, LINK

		}

	}

	/**
	 * Checks for operators.
	 *
	 * @param canary A key that measures how late an expiry comes.
	 */
	record Doctor(@DefaultValue Canary canary) {

		private void check() {
			PropertyCheck.atLeast("kv.events.doctor.canary.time-to-live", this.canary.timeToLive, Duration.ofMillis(1));
			PropertyCheck.atMost("kv.events.doctor.canary.time-to-live", this.canary.timeToLive,
					CanaryCheck.MAX_TIME_TO_LIVE);
		}

	}

	/**
	 * A key that measures how late an expiry comes.
	 *
	 * @param enabled Whether each report of the doctor writes a key with a time to live
	 * and waits for its expiry. Hooks that select the key receive it, too.
	 * @param timeToLive Time to live of that key, two seconds at most.
	 */
	record Canary(@DefaultValue("false") boolean enabled, @DefaultValue("500ms") Duration timeToLive) {

	}

	/**
	 * Keys that get a time to live through the template.
	 *
	 * @param mode Which of these keys to track, so that their expiries come on time, with
	 * the last value and to one instance.
	 * @param lastValue For which of these keys to keep the last value in Redis until they
	 * have expired, beside the key itself.
	 * @param batchSize Deadlines that one call to Redis checks.
	 * @param maxInFlight Expiries that this instance takes at a time. More are taken when
	 * hooks are done.
	 * @param maxLength Approximate number of expiries that may wait in Redis for hooks.
	 * Beyond that the oldest are removed and counted.
	 */
	record Tracking(@DefaultValue("auto") TrackingMode mode, @DefaultValue("auto") LastValueMode lastValue,
			@DefaultValue("500") int batchSize, @DefaultValue("1000") int maxInFlight,
			@DefaultValue("1000000") int maxLength) {

	}

	/**
	 * Redis' own notifications of expired keys.
	 *
	 * @param mode What to do about the notifications that Redis sends when a key expires.
	 * @param checkInterval Time between two checks of the server's setting, besides the
	 * one after each connect.
	 */
	record Notifications(@DefaultValue("listen") NotificationMode mode, @DefaultValue("30s") Duration checkInterval) {

	}

}
