package io.github.kvevents.core;

import java.time.Clock;
import java.util.UUID;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.hook.GuardChain;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.watch.KvWatches;

/**
 * Builds a {@link KvTemplate}. By default its events have no receiver and no guard is
 * asked.
 */
public final class KvTemplateBuilder {

	final KvStore store;

	final KvCodec codec;

	KvEventDispatcher dispatcher = HookEngine.builder().build().getDispatcher();

	@Nullable KvWatches watches;

	GuardChain guards = (type, key, value) -> {
	};

	String origin = UUID.randomUUID().toString();

	Clock clock = Clock.systemUTC();

	ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

	HeaderSettings headers = HeaderSettings.defaults();

	long maxKeyLength = Arguments.REDIS_LIMIT;

	long maxValueSize = Arguments.REDIS_LIMIT;

	KvTemplateBuilder(KvStore store, KvCodec codec) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.store = store;
		this.codec = codec;
	}

	/**
	 * Sets what runs the operations and dispatches their events.
	 * @param dispatcher the dispatcher
	 * @return this builder
	 */
	public KvTemplateBuilder dispatcher(KvEventDispatcher dispatcher) {
		this.dispatcher = dispatcher;
		return this;
	}

	/**
	 * Sets what opens watches.
	 * @param watches by default watches of what is changed through the dispatcher
	 * @return this builder
	 */
	public KvTemplateBuilder watches(KvWatches watches) {
		this.watches = watches;
		return this;
	}

	/**
	 * Sets the guards, which are asked before a change.
	 * @param guards the guards
	 * @return this builder
	 */
	public KvTemplateBuilder guards(GuardChain guards) {
		this.guards = guards;
		return this;
	}

	/**
	 * Sets the id of this instance, which events carry as their origin.
	 * @param origin the id, by default a random one
	 * @return this builder
	 */
	public KvTemplateBuilder origin(String origin) {
		Assert.hasText(origin, "'origin' must not be empty");
		this.origin = origin;
		return this;
	}

	/**
	 * Sets the clock that dates the events.
	 * @param clock the clock, by default the system's
	 * @return this builder
	 */
	public KvTemplateBuilder clock(Clock clock) {
		this.clock = clock;
		return this;
	}

	/**
	 * Sets where operations are observed, under the name {@code kv.operation}.
	 * @param observationRegistry the registry, by default none
	 * @return this builder
	 */
	public KvTemplateBuilder observationRegistry(ObservationRegistry observationRegistry) {
		this.observationRegistry = observationRegistry;
		return this;
	}

	/**
	 * Sets which headers changes carry to those who receive them.
	 * @param headers the settings, by default {@link HeaderSettings#defaults()}
	 * @return this builder
	 */
	public KvTemplateBuilder headers(HeaderSettings headers) {
		Assert.notNull(headers, "'headers' must not be null");
		this.headers = headers;
		return this;
	}

	/**
	 * Sets how long a key may be. The template refuses a longer one with an
	 * {@code IllegalArgumentException} in each operation that is given a key, before
	 * anything is sent.
	 * @param bytes bytes of UTF-8 that a key may have, at least one; by default 512 MB,
	 * which is the limit of Redis
	 * @return this builder
	 */
	public KvTemplateBuilder maxKeyLength(long bytes) {
		Assert.isTrue(bytes >= 1, () -> "'bytes' must be at least 1 but was " + bytes);
		this.maxKeyLength = bytes;
		return this;
	}

	/**
	 * Sets how large a value may be. The template refuses to write a larger one with an
	 * {@code IllegalArgumentException}, before anything is sent. One that is already
	 * stored can be read.
	 * @param bytes bytes that an encoded value may have, at least one; by default 512 MB,
	 * which is the limit of Redis
	 * @return this builder
	 */
	public KvTemplateBuilder maxValueSize(long bytes) {
		Assert.isTrue(bytes >= 1, () -> "'bytes' must be at least 1 but was " + bytes);
		this.maxValueSize = bytes;
		return this;
	}

	/**
	 * Builds the template. What is changed in this builder afterwards doesn't reach it.
	 * @return a new template
	 */
	public KvTemplate build() {
		return new KvTemplate(this);
	}

}
