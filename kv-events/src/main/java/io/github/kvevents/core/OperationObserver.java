package io.github.kvevents.core;

import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

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

	<T extends @Nullable Object> T observe(Operation operation, Supplier<T> call) {
		if (this.registry.isNoop()) {
			return call.get();
		}
		return Observation.createNotStarted(NAME, this.registry)
			.contextualName("kv " + operation.tag())
			.lowCardinalityKeyValue("operation", operation.tag())
			.lowCardinalityKeyValue("store", this.storeName)
			.observe(call);
	}

}
