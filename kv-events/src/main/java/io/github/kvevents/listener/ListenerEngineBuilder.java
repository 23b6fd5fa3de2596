package io.github.kvevents.listener;

import java.util.UUID;
import java.util.function.Consumer;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.support.DrivenTime;

/**
 * Builds an engine.
 */
public final class ListenerEngineBuilder {

	final ChangeLogStore log;

	final ChangeFeed feed;

	final ListenerStore store;

	final KvCodec codec;

	String instanceId = UUID.randomUUID().toString();

	ListenerSettings settings = ListenerSettings.defaults();

	Consumer<LogGapEvent> gapPublisher = (gap) -> {
	};

	ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

	@Nullable DrivenTime driven;

	ListenerEngineBuilder(ChangeLogStore log, ChangeFeed feed, ListenerStore store, KvCodec codec) {
		Assert.notNull(log, "'log' must not be null");
		Assert.notNull(feed, "'feed' must not be null");
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.log = log;
		this.feed = feed;
		this.store = store;
		this.codec = codec;
	}

	/**
	 * Sets the id of this instance.
	 * @param instanceId by default a random one; must differ between instances that run
	 * at the same time
	 * @return this builder
	 */
	public ListenerEngineBuilder instanceId(String instanceId) {
		Assert.hasText(instanceId, "'instanceId' must not be empty");
		this.instanceId = instanceId;
		return this;
	}

	/**
	 * Sets how listeners share their work and stop.
	 * @param settings by default {@link ListenerSettings#defaults()}
	 * @return this builder
	 */
	public ListenerEngineBuilder settings(ListenerSettings settings) {
		Assert.notNull(settings, "'settings' must not be null");
		this.settings = settings;
		return this;
	}

	/**
	 * Sets what receives gaps besides the listener itself.
	 * @param gapPublisher by default nobody
	 * @return this builder
	 */
	public ListenerEngineBuilder gapPublisher(Consumer<LogGapEvent> gapPublisher) {
		Assert.notNull(gapPublisher, "'gapPublisher' must not be null");
		this.gapPublisher = gapPublisher;
		return this;
	}

	/**
	 * Sets a time that a test drives: retries are due by it, without jitter, and begin
	 * with {@link ListenerEngine#beginDue()}. Leases are measured by the system's time.
	 * @param driven by default none
	 * @return this builder
	 */
	public ListenerEngineBuilder drivenTime(DrivenTime driven) {
		Assert.notNull(driven, "'driven' must not be null");
		this.driven = driven;
		return this;
	}

	/**
	 * Sets where each call of a handler is observed, as {@code kv.listener}.
	 * @param observationRegistry the registry, by default none
	 * @return this builder
	 */
	public ListenerEngineBuilder observationRegistry(ObservationRegistry observationRegistry) {
		Assert.notNull(observationRegistry, "'observationRegistry' must not be null");
		this.observationRegistry = observationRegistry;
		return this;
	}

	/**
	 * Builds the engine. What is changed in this builder afterwards doesn't reach it.
	 * @return a new engine, not started
	 */
	public ListenerEngine build() {
		return new ListenerEngine(this);
	}

}
