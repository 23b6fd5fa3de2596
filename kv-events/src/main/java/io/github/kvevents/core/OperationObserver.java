package io.github.kvevents.core;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * Observes what the store does for an operation, and only that: hooks have a meter of
 * their own, and an operator wants to tell the two apart.
 */
final class OperationObserver {

	static final String NAME = "kv.operation";

	private final ObservationRegistry registry;

	private final String storeName;

	OperationObserver(ObservationRegistry registry, String storeName) {
		this.registry = registry;
		this.storeName = storeName;
	}

	/**
	 * The observation of one call to the store, which it is to be made through.
	 */
	Observation observation(Operation operation) {
		if (this.registry.isNoop()) {
			return Observation.NOOP;
		}
		return Observation.createNotStarted(NAME, this.registry)
			.contextualName("kv " + operation.tag())
			.lowCardinalityKeyValue("operation", operation.tag())
			.lowCardinalityKeyValue("store", this.storeName);
	}

}
